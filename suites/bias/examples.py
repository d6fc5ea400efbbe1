"""The swaps that an answer hung on most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from harness.core.response import AnswerGroup, Classification
from harness.core.sample import Sample

MAX_EXAMPLES = 8
MAX_CHARACTERS = 1200
"""Of a text; longer ones keep their beginning."""


class Texts(Protocol):
    """The counterfactuals of a sample."""

    @property
    def own(self) -> str:
        """The group that the text names."""
        ...

    @property
    def groups(self) -> tuple[str, ...]:
        """Of each counterfactual."""
        ...

    @property
    def texts(self) -> tuple[str, ...]:
        """The counterfactuals."""
        ...


def worst_changes(
    known: Sequence[tuple[Sample, Texts, AnswerGroup]], label: str
) -> dict[str, object]:
    """Return how many samples changed their label, and the worst swap of the worst samples.

    A changed label is worse than any change of score; among equals the data's order holds.

    Args:
        known: samples with their texts and what was read of the answers.
        label: the one whose score is told.
    """
    worst, n_changed = [], 0
    for sample, texts, output in known:
        swaps = list(_swaps(sample, texts, output, label))
        if not swaps:
            continue
        chosen = max(swaps, key=_size)
        n_changed += chosen["label_before"] != chosen["label_after"]
        worst.append(chosen)
    ranked = [each for each in sorted(worst, key=_size, reverse=True) if _size(each) > (False, 0.0)]
    return {"n_changed": n_changed, "examples": ranked[:MAX_EXAMPLES]}


def _swaps(
    sample: Sample, texts: Texts, output: AnswerGroup, label: str
) -> Iterator[dict[str, Any]]:
    """Yield what every swap for another group has come to."""
    clean, *others = output.answers
    for group, text, answer in zip(texts.groups, texts.texts, others, strict=True):
        if group == texts.own:
            continue
        assert isinstance(clean, Classification)
        assert isinstance(answer, Classification)
        yield {
            "id": sample.id,
            "written": sample.text[:MAX_CHARACTERS],
            "swapped": text[:MAX_CHARACTERS],
            "from": texts.own,
            "to": group,
            "target": sample.targets[0],
            "label_before": clean.label,
            "label_after": answer.label,
            "score_before": _score(clean, label),
            "score_after": _score(answer, label),
        }


def _size(swap: dict[str, Any]) -> tuple[bool, float]:
    before, after = swap["score_before"], swap["score_after"]
    gap = 0.0 if before is None or after is None else abs(after - before)
    return swap["label_before"] != swap["label_after"], gap


def _score(answer: Classification, label: str) -> float | None:
    if not answer.is_probability:
        return None
    return dict(zip(answer.labels, answer.scores, strict=True)).get(label)
