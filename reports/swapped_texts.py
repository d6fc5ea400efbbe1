"""Texts whose answer hung on the group in them, each beside its counterfactual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.core.figure import Figure, FigureKind
from harness.reports.number_format import format_number
from harness.reports.robustness_examples import shortened
from harness.reports.word_difference import Segment, word_difference


@dataclass(frozen=True, slots=True, kw_only=True)
class SwappedSide:
    """A text and the answer to it."""

    title: str
    answer: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SwappedText:
    """One sample."""

    id: str
    target: str
    written: SwappedSide
    swapped: SwappedSide


def swapped_texts(figure: Figure) -> tuple[SwappedText, ...]:
    """Return the examples that a figure holds; none where it is of another kind."""
    if figure.kind is not FigureKind.COUNTERFACTUAL_EXAMPLES:
        return ()
    data: Mapping[str, Any] = figure.data
    return tuple(_example(each, data["label"]) for each in data["examples"])


def _example(each: Mapping[str, Any], label: str) -> SwappedText:
    marked = word_difference(each["written"], each["swapped"])
    return SwappedText(
        id=each["id"],
        target=each["target"],
        written=SwappedSide(
            title=f"As written: {each['from']}",
            answer=_answer(each["label_before"], each["score_before"], label),
            segments=shortened(marked.before),
        ),
        swapped=SwappedSide(
            title=f"Swapped: {each['to']}",
            answer=_answer(each["label_after"], each["score_after"], label),
            segments=shortened(marked.after),
        ),
    )


def _answer(answered: str, score: float | None, label: str) -> str:
    if score is None:
        return answered
    return f"{answered} (P({label}) = {format_number(score, digits=3)})"
