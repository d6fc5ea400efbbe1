"""What stands beside a number of a load that may not be judged by, or not without a doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.core.estimate import Estimate
from harness.core.figure import Figure, FigureKind
from harness.core.run import Evaluation, Manifest
from harness.core.swept_rates import doubt_of_rates

NOT_VALID, UNSTABLE = "✕ not valid", "~ unstable"


@dataclass(frozen=True, slots=True)
class LoadMark:
    """A word for the place itself, and why it stands there."""

    word: str
    """``NOT_VALID`` or ``UNSTABLE``; of a sweep, which of them a rate was."""
    reasons: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The word with the first reason, and how many more there are."""
        more = f" (and {len(self.reasons) - 1} more)" if len(self.reasons) > 1 else ""
        return f"{self.word}: {self.reasons[0]}{more}"


Marks = Mapping[str, LoadMark]
"""By load."""


def marks_of(evaluation: Evaluation | None) -> Marks:
    """Return a mark for each load that needs one; what is not valid outweighs what is unstable."""
    if evaluation is None:
        return {}
    unstable = {load: LoadMark(UNSTABLE, texts) for load, texts in evaluation.unstable.items()}
    invalid = {load: LoadMark(NOT_VALID, texts) for load, texts in evaluation.breaches.items()}
    return {load: mark for load, mark in {**unstable, **invalid}.items() if mark.reasons}


def mark_of(estimate: Estimate, manifest: Manifest) -> LoadMark | None:
    """Return the mark of the load at which a number was measured; None where it needs none.

    What hangs on several rates is in doubt where one of them is.
    """
    if not estimate.quantity.load:
        return None
    for done in manifest.evaluations:
        if (done.model, done.suite) == (estimate.model, estimate.suite):
            load = estimate.quantity.load
            word, _, reason = doubt_of_rates(load, done.breaches, done.unstable).partition(": ")
            swept = LoadMark(f"~ {word}", (reason,)) if word else None
            return marks_of(done).get(load, swept)
    return None


def marked(figure: Figure, marks: Marks) -> Mapping[str, object]:
    """Return a figure's data, each point over loads with the ``mark`` of its load or an empty one.

    Figures of other kinds are returned as they are.
    """
    series = figure.data.get("series")
    if figure.kind is not FigureKind.THROUGHPUT_LATENCY or not isinstance(series, list | tuple):
        return figure.data
    words = {load: mark.word for load, mark in marks.items()}
    return {
        **figure.data,
        "series": [
            {**one, "points": [{**p, "mark": words.get(p["load"], "")} for p in one["points"]]}
            for one in series
        ],
    }
