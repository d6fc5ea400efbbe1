"""A prompt taken apart into what a format may change and what it must leave alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from harness.sources.template import Part
from harness.suites.forms.shown_options import ShownOptions

_DESCRIPTOR = re.compile(
    r"(?P<name>[^\W\d_][\w'\u2019-]*(?: [\w'\u2019-]+){0,2})(?P<sign>[ \t]*:)(?P<gap>[ \t]*\n?)"
)
"""One to three words at the start of a line, before a colon: ``Question:``, ``Final answer:``."""
_BREAK = re.compile(r"\n+")

Kind = Literal[
    "words", "descriptor", "sign", "gap", "break", "edge", "mark", "option", "between", "field"
]
"""An ``edge`` is a break before or behind the list of options; what is ``between`` two of them is
left alone."""
_OF_LIST = ("mark", "option")


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A stretch of a prompt."""

    kind: Kind
    text: str
    place: int = 0
    """Of a ``mark``: which option it stands before."""
    field: str = ""
    """Of a ``field``: its name."""


def layout(
    parts: Sequence[Part], values: Mapping[str, str], shown: ShownOptions | None
) -> tuple[Token, ...]:
    """Return the tokens of one prompt; their texts together are the prompt.

    Args:
        parts: words of the template, and fields.
        values: of the fields.
        shown: where the options stand in the prompt, if they do.
    """
    pieces = list(_pieces(parts, values, shown))
    tokens: list[Token] = []
    for number, piece in enumerate(pieces):
        if piece.kind != "words":
            tokens.append(piece)
            continue
        before = tokens[-1] if tokens else Token(kind="edge", text="\n")
        following = pieces[number + 1].kind if number + 1 < len(pieces) else "end"
        tokens += _of_words(piece.text, before, following)
    return tuple(tokens)


def _pieces(
    parts: Sequence[Part], values: Mapping[str, str], shown: ShownOptions | None
) -> Iterator[Token]:
    """Yield own words and values, cut where an option or its mark begins or ends.

    What stands between two options is left alone: they are one list, whatever their marks.
    """
    inner = list(_inner(shown)) if shown else []
    start = 0
    for part in parts:
        text = part.filled(values)
        kind: Kind = "field" if part.field else "words"
        stop = start + len(text)
        while start < stop:
            span = next(((a, b, token) for a, b, token in inner if a <= start < b), None)
            end = min([stop, span[1]] if span else [stop, *(a for a, _, _ in inner if start < a)])
            cut = text[start - stop :][: end - start]
            if span is not None:
                yield Token(kind=span[2].kind, text=cut, place=span[2].place)
            elif inner and inner[0][0] < start < inner[-1][0]:
                yield Token(kind="between", text=cut)
            else:
                yield Token(kind=kind, text=cut, field=part.field)
            start = end


def _inner(shown: ShownOptions) -> Iterator[tuple[int, int, Token]]:
    """Yield the spans of marks and contents."""
    for place, (mark, content) in enumerate(zip(shown.marks, shown.contents, strict=True)):
        if mark[0] < mark[1]:
            yield (*mark, Token(kind="mark", text="", place=place))
        yield (*content, Token(kind="option", text="", place=place))


def _of_words(text: str, before: Token, following: str) -> Iterator[Token]:
    at, is_line_start = 0, before.text.endswith("\n")
    while at < len(text):
        found = _BREAK.match(text, at)
        if found is not None:
            is_line_start = True
            is_above = found.end() == len(text) and following in _OF_LIST
            is_below = at == 0 and before.kind in _OF_LIST
            yield Token(kind="edge" if is_above or is_below else "break", text=found[0])
            at = found.end()
            continue
        named = _DESCRIPTOR.match(text, at) if is_line_start else None
        if named is not None:
            yield from _of_descriptor(named, is_end=named.end() == len(text) and following == "end")
            at, is_line_start = named.end(), named["gap"].endswith("\n")
            continue
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        yield Token(kind="words", text=text[at:end])
        at, is_line_start = end, False


def _of_descriptor(found: re.Match[str], *, is_end: bool) -> Iterator[Token]:
    yield Token(kind="descriptor", text=found["name"])
    yield Token(kind="sign", text=found["sign"])
    # Before an answer the gap is the suite's delimiter, which is not in the prompt.
    yield Token(kind="words" if is_end else "gap", text=found["gap"])
