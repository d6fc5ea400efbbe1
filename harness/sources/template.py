"""A template taken apart: words of its own, and fields that a row or a sample fills."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of a template."""

    text: str = ""
    """Its own words; empty for a field."""
    field: str = ""
    """Name of what is put in its place; empty for own words."""

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the own words, or the value of the field."""
        return values[self.field] if self.field else self.text


def parted(template: str, placeholder: re.Pattern[str]) -> tuple[Part, ...]:
    r"""Return the parts of a template, in order; neighbouring words are one part.

    Args:
        template: such as ``"Question: {question}\nAnswer:"``.
        placeholder: matches a field, whose name is its first group; a match without a name stands
            for its own first character (``{{`` for a brace).

    >>> [part.text or part.field for part in parted("Q: {q}?", re.compile(r"\{(\w+)\}"))]
    ['Q: ', 'q', '?']
    """
    return tuple(_joined(_stretches(template, placeholder)))


def _stretches(template: str, placeholder: re.Pattern[str]) -> Iterator[Part]:
    end = 0
    for match in placeholder.finditer(template):
        yield Part(text=template[end : match.start()])
        yield Part(field=match[1]) if match[1] else Part(text=match[0][0])
        end = match.end()
    yield Part(text=template[end:])


def _joined(parts: Iterator[Part]) -> Iterator[Part]:
    text = ""
    for part in parts:
        if not part.field:
            text += part.text
            continue
        if text:
            yield Part(text=text)
        yield part
        text = ""
    if text:
        yield Part(text=text)
