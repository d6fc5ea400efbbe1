"""Elements of JUnit XML whose texts cannot break it."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as ET

from harness.reports.visible_text import one_line


def element(tag: str, **attributes: str) -> ET.Element:
    """Make an element; characters that XML forbids become visible marks."""
    return ET.Element(tag, {name: one_line(text) for name, text in attributes.items()})


def properties(pairs: Mapping[str, str]) -> ET.Element:
    """Make a test case's properties."""
    made = element("properties")
    for name, value in pairs.items():
        made.append(element("property", name=name, value=value))
    return made
