"""Samples that a change of text cost something, the words that differ marked."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain

from harness.core.attacked import Attacked
from harness.core.response import Failure
from harness.core.robustness import Example, Robustness, final_text
from harness.core.run import Record
from harness.reports.closeness_cells import measured_words
from harness.reports.number_format import format_count
from harness.reports.sample_rows import LongText, long_text, output_text
from harness.reports.word_difference import Segment, word_difference

_MAX_ANSWER = 240
_MAX_TARGET = 240
_MAX_UNMARKED = 600
_CONTEXT = 90
"""Characters kept on each side of what is changed, where much between is not."""
_MAX_SEGMENTS = 60
_MOST_SIGNS = 5
_LAST_ASCII = 0x7F
_ELLIPSIS = " … "
_SPACES = str.maketrans({" ": "\u2423", "\t": "\u21e5", "\n": "\u23ce\n"})
"""Signs for spaces that differ: a line through one, or below it, tells little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSide:
    """A text and what the model made of it."""

    segments: tuple[Segment, ...]
    answer: LongText


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleRow:
    """One sample."""

    anchor: str
    id: str
    by: str
    target: LongText
    clean: TextSide
    disturbed: TextSide
    remarks: tuple[str, ...]


def example_rows(found: Robustness) -> tuple[ExampleRow, ...]:
    """Return the samples that were chosen, in the order of the perturbations and attacks."""
    return tuple(_row(example) for example in found.examples)


def strange_signs(before: str, after: str) -> str:
    r"""Name the characters beyond ASCII that only the second text has; empty without any.

    What looks like a letter of the alphabet, or like nothing at all, is told apart by its name.

    >>> strange_signs("so", "s\u043e")
    'only here: U+043E CYRILLIC SMALL LETTER O'
    """
    known = set(before)
    signs = [sign for sign in dict.fromkeys(after) if ord(sign) > _LAST_ASCII and sign not in known]
    if not signs:
        return ""
    named = [
        f"U+{ord(sign):04X} {unicodedata.name(sign, 'without a name')}"
        for sign in signs[:_MOST_SIGNS]
    ]
    n_more = len(signs) - len(named)
    more = f" and {format_count(n_more)} more" if n_more else ""
    return f"only here: {', '.join(named)}{more}"


def _row(example: Example) -> ExampleRow:
    clean, disturbed = example.clean, example.disturbed
    before, after = clean.sample.text, final_text(disturbed)
    marked = word_difference(before, after)
    digest = sha256(
        f"example {clean.model} {disturbed.suite} {clean.sample.id}".encode(
            "utf-8", "surrogatepass"
        )
    )
    remarks = [measured_words(example.measured), strange_signs(before, after)]
    if marked.is_too_long:
        remarks.append("too long, or too repetitive, for the words that differ to be marked")
    return ExampleRow(
        anchor=f"example-{digest.hexdigest()[:12]}",
        id=clean.sample.id,
        by=example.by,
        target=long_text("; ".join(clean.sample.targets), _MAX_TARGET),
        clean=TextSide(segments=shortened(marked.before), answer=_answer(clean)),
        disturbed=TextSide(segments=shortened(marked.after), answer=_answer(disturbed)),
        remarks=tuple(filter(None, remarks)),
    )


def shortened(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Return the segments with long stretches that are the same cut in their middle."""
    if not any(segment.is_changed for segment in segments):
        text = "".join(segment.text for segment in segments)
        short = text[:_MAX_UNMARKED]
        return (Segment(f"{short}…" if len(text) > len(short) else short, is_changed=False),)
    kept = [
        _cut(segment, is_first=i == 0, is_last=i == len(segments) - 1)
        for i, segment in enumerate(segments)
    ]
    if len(kept) > _MAX_SEGMENTS:
        return (*kept[:_MAX_SEGMENTS], Segment(_ELLIPSIS.rstrip(), is_changed=False))
    return tuple(kept)


def _cut(segment: Segment, *, is_first: bool, is_last: bool) -> Segment:
    text = segment.text
    n_sides = 2 - is_first - is_last
    if segment.is_changed:
        text = text.translate(_SPACES) if text.isspace() else text
        return Segment(_head(text, _MAX_UNMARKED), is_changed=True)
    if len(text) <= max(1, n_sides) * _CONTEXT + len(_ELLIPSIS):
        return segment
    head = "" if is_first else text[:_CONTEXT]
    tail = "" if is_last else text[-_CONTEXT:]
    return Segment(f"{head}{_ELLIPSIS}{tail}", is_changed=False)


def _head(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}…"


def _answer(record: Record) -> LongText:
    answer = record.answer
    if isinstance(answer, Failure):
        return long_text(f"{answer.kind.value}: {answer.message}", _MAX_ANSWER)
    output = answer.output
    if isinstance(output, Attacked):
        return long_text(output.label, _MAX_ANSWER)
    return long_text(output_text(record.reading or output, record.sample), _MAX_ANSWER)


def names_of(rows: Iterable[ExampleRow]) -> tuple[str, ...]:
    """Return the perturbations and attacks that there are examples of, each once."""
    return tuple(dict.fromkeys(chain(row.by for row in rows)))
