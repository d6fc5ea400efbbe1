"""Tables of options: of every registered adapter and suite, and of the tables inside them."""

from __future__ import annotations

import dataclasses
import inspect
import typing
from collections.abc import Iterator
from typing import Any

from harness import registry
from harness.core.judge import Judge
from harness.core.policy import Gate, Policy
from harness.option_docs import option_docs
from pages.wording import default_words, markdown, table, type_words


def option_sections(kind: registry.Kind) -> str:
    """Return a section for each registered thing of a kind."""
    sections = []
    for name in registry.registered(kind):
        cls = registry.find(kind, name, name)
        sections.append(f"### {name}\n\n{about(cls)}\n\n{option_table(cls)}")
    return "\n\n".join(sections)


def inner_sections() -> str:
    """Return a section for each table that stands inside the options of anything registered."""
    found: dict[type, None] = {}
    for kind in registry.KINDS:
        for name in registry.registered(kind):
            found |= dict.fromkeys(_inner(registry.find(kind, name, name)))
    return "\n\n".join(
        f"### {cls.__name__}\n\n{about(cls)}\n\n{option_table(cls)}"
        for cls in sorted(found, key=lambda cls: cls.__name__)
    )


def policy_sections() -> str:
    """Return the tables of a policy file: its own keys, and those of each gate."""
    return f"{option_table(Policy)}\n\n### A gate\n\n{about(Gate)}\n\n{option_table(Gate)}"


def option_table(cls: type) -> str:
    """Return the table of a dataclass's fields.

    Raises:
        ValueError: an option has no text under its field.
    """
    hints = typing.get_type_hints(cls)
    docs = {option.name: option.doc for option in option_docs(cls)}
    rows = []
    for field in dataclasses.fields(cls):
        if not field.init:
            continue
        if not docs[field.name]:
            raise ValueError(f"{cls.__name__}.{field.name} has no documentation under it")
        words = type_words(hints[field.name])
        rows.append((f"`{field.name}`", words, default_words(field), markdown(docs[field.name])))
    return table(("key", "value", "default", "meaning"), rows) if rows else "No options."


def about(cls: Any) -> str:
    """Return a class's docstring as Markdown, its paragraphs kept."""
    paragraphs = (inspect.getdoc(cls) or "").split("\n\n")
    return "\n\n".join(
        "\n".join(map(markdown, paragraph.replace("\n  ", " ").split("\n")))
        if paragraph.startswith("- ")
        else markdown(paragraph)
        for paragraph in paragraphs
    )


def _inner(cls: type) -> Iterator[type]:
    """Yield the dataclasses among the types of a dataclass's fields, however deep."""
    hints = typing.get_type_hints(cls)
    for field in dataclasses.fields(cls):
        for part in _parts(hints[field.name]):
            if isinstance(part, type) and dataclasses.is_dataclass(part) and part is not Judge:
                yield part
                yield from _inner(part)


def _parts(hint: Any) -> Iterator[Any]:
    yield hint
    for part in typing.get_args(hint):
        yield from _parts(part)
