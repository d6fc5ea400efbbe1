"""How far each number moves when one checkpoint is run again: from repeats to noise."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import stdev

from harness.core.estimate import Estimate
from harness.core.noise import Noise
from harness.core.ports import Metric
from harness.core.run import Evaluation
from harness.core.sample_scores import SampleScores
from harness.engine.repeated_scores import RepeatedScores, Slice, SlicePlaces
from harness.stats.quantiles import t_quantile

_CONFIDENCE = 0.975


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """One suite on one model in one of the runs."""

    evaluation: Evaluation
    estimates: tuple[Estimate, ...]
    scores: SampleScores


def noise_of(repeats: Sequence[Repeat], metrics: Sequence[Metric]) -> Iterator[Noise]:
    """Yield the noise of each quantity that every repeat has a value of.

    Args:
        repeats: at least two runs of one suite on one checkpoint, about the same samples.
        metrics: those of the suite that have per-sample statistics.

    Raises:
        ValueError: fewer than two repeats, or other samples in one than in another.
    """
    if len(repeats) < 2:  # noqa: PLR2004 - a spread needs two
        raise ValueError("a spread needs at least two repeats")
    first = repeats[0]
    runs = [repeat.scores for repeat in repeats]
    if any(list(scores.ids) != list(first.scores.ids) for scores in runs):
        raise ValueError("the repeats were not asked about the same samples")
    values = _estimated_values(repeats)
    places = SlicePlaces.of(first.scores)
    alone = {metric.name: RepeatedScores.of(metric, runs, places) for metric in metrics}
    for estimate in first.estimates:
        own = values[estimate.quantity.id, estimate.slice]
        if len(own) < len(repeats):
            continue
        found = alone.get(estimate.metric)
        spread = stdev(own)  # exact: equal values have a spread of 0, not of a rounding
        yield Noise(
            model=estimate.model,
            suite=estimate.suite,
            quantity=estimate.quantity.id,
            slice=estimate.slice,
            suite_hash=first.evaluation.suite_hash,
            data_hash=first.evaluation.data_hash,
            fingerprint=first.evaluation.model_fingerprint,
            values=tuple(own),
            spread=spread,
            floor=noise_floor(spread, len(own)),
            flip_rate=found.flip_rate(estimate.quantity.id, estimate.slice) if found else None,
            n=found.n_scored(estimate.slice) if found else estimate.n,
        )


def noise_floor(spread: float, n_runs: int) -> float:
    """Return the difference that two more single runs exceed once in twenty.

    The 95 % prediction interval of the difference of two further runs: it has the variance
    2 · spread², and the spread is known from k runs only. t_{0.975, k-1} · sqrt(2) · spread.

    Args:
        spread: standard deviation over k runs (with k - 1 below the line).
        n_runs: k, at least 2.

    >>> round(noise_floor(0.01, 5), 5)
    0.03926
    """
    return t_quantile(_CONFIDENCE, n_runs - 1) * math.sqrt(2) * spread


def _estimated_values(repeats: Sequence[Repeat]) -> Mapping[tuple[str, Slice], list[float]]:
    values: dict[tuple[str, Slice], list[float]] = {}
    for repeat in repeats:
        for estimate in repeat.estimates:
            own = values.setdefault((estimate.quantity.id, estimate.slice), [])
            if estimate.value is not None:
                own.append(estimate.value)
    return values
