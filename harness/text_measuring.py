"""Has judges measure the changed texts of a run, once all its models have been asked and let go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.core.errors import HarnessError
from harness.core.judge import Judge
from harness.core.run import Evaluation
from harness.core.text_measures import PairMeasured, TextMeasures
from harness.engine.breakdown import sentence_of
from harness.engine.text_measures import (
    Pair,
    Value,
    complaints,
    log_perplexity_ratios,
    similarities,
)
from harness.store.changed_texts import changed_texts
from harness.store.text_mark import text_mark
from harness.store.text_measures_file import Marks, write_text_measures

_ASK: Mapping[str, Callable[[Judge, Sequence[Pair], Callable[[str], None]], list[Value]]] = {
    "meaning": similarities,
    "fluency": log_perplexity_ratios,
}
_FIELDS = {"meaning": "similarity", "fluency": "log_perplexity_ratio"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measuring:
    """What is to be measured, and where."""

    folder: Path
    """The run's; its records are read, and the values are kept beside them."""
    measures: TextMeasures
    known: Mapping[Marks, PairMeasured]
    """Values of a run that is resumed or scored again: those pairs are not asked about."""
    note: Callable[[str], None]
    """Is told what takes time."""


def measure_texts(job: Measuring, done: tuple[Evaluation, ...]) -> tuple[str, ...]:
    """Ask the judges about every changed text, and keep what they say.

    Returns:
        A sentence for each measure that has no value, or not all.

    Raises:
        StoreError: the records cannot be read, or the values not be kept.
    """
    if not job.measures.names and not job.known:
        return ()
    texts = {
        (text_mark(before), text_mark(after)): (before, after)
        for before, after in changed_texts(job.folder, done)
    }
    if not texts:
        return ()
    found = {marks: job.known.get(marks, PairMeasured()) for marks in texts}
    warnings: list[str] = []
    for name, judge in (("meaning", job.measures.meaning), ("fluency", job.measures.fluency)):
        if judge is not None:
            warnings += _measured(job, name, judge, texts, found)
    write_text_measures(job.folder, found)
    return tuple(warnings)


def _measured(
    job: Measuring,
    name: str,
    judge: Judge,
    texts: Mapping[Marks, Pair],
    found: dict[Marks, PairMeasured],
) -> Sequence[str]:
    """Fill in one measure of the pairs that lack it; return what is amiss."""
    field = _FIELDS[name]
    missing = [marks for marks, known in found.items() if getattr(known, field) is None]
    if not missing:
        return ()
    job.note(f"{name}: {len(missing)} changed texts")
    try:
        values = _ASK[name](judge, [texts[marks] for marks in missing], job.note)
    except HarnessError as error:
        return (f"{name} was not measured: {sentence_of(error)}",)
    for marks, value in zip(missing, values, strict=True):
        if not isinstance(value, str):
            found[marks] = replace(found[marks], **{field: value})
    return tuple(complaints(name, judge.name, values))
