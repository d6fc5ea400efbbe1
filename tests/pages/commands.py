"""The commands that the pages tell a reader to type, with the lines they show in answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_PROMPT = "$ "


@dataclass(frozen=True, slots=True)
class Command:
    """One line to type."""

    page: str
    text: str
    shown: tuple[str, ...]
    """Lines that the page shows below it; ``…`` stands for anything."""


def commands_in(page: Path) -> Iterator[Command]:
    """Yield the commands of a page's ``console`` blocks, in order."""
    for block in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        lines = block[1].splitlines()
        starts = [place for place, line in enumerate(lines) if line.startswith(_PROMPT)]
        if not starts or starts[0] != 0:
            raise ValueError(f"{page.name}: a console block must begin with {_PROMPT!r}")
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
            shown = tuple(line for line in lines[start + 1 : end] if line.strip())
            yield Command(page.name, lines[start].removeprefix(_PROMPT), shown)


def missing_line(shown: tuple[str, ...], output: str) -> str | None:
    """Return the first line shown that the output lacks at or after the place of the one before.

    >>> missing_line(("a … c", "d"), "x\\na b c\\nd\\n")
    >>> missing_line(("d", "a … c"), "x\\na b c\\nd\\n")
    'a … c'
    """
    lines = (_spaced(line) for line in output.splitlines())
    for wanted in shown:
        first, *others = _spaced(wanted).split("…")
        if not any(_has(line, first, others) for line in lines):
            return wanted
    return None


def _spaced(line: str) -> str:
    """Write single spaces, and none beside ``…``: how much white space there is does not count."""
    return re.sub(r" ?… ?", "…", " ".join(line.split()))


def _has(line: str, first: str, others: list[str]) -> bool:
    """Tell whether a line is these parts with anything between them.

    The earliest place of each part leaves the most room for the next, so none is sought twice.
    """
    if not others:
        return line == first
    *between, last = others
    if not line.startswith(first):
        return False
    place = len(first)
    for part in between:
        found = line.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    return line.endswith(last) and place <= len(line) - len(last)
