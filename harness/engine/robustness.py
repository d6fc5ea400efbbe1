"""From the clean suite and its disturbed twins to what the disturbance costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from harness.core.comparison import Difference, Pair
from harness.core.estimate import Interval
from harness.core.ports import Metric
from harness.core.robustness import Disturbed, Drop, Overall
from harness.core.score import Direction
from harness.engine.align import Aligned, align, scores_of
from harness.engine.compare import Side, blank
from harness.engine.difference import (
    Floats,
    Integers,
    Settings,
    differences_of,
    mean_difference,
)
from harness.engine.sample_values import mean_values
from harness.stats.mean import skewed_mean_interval
from harness.stats.multiplicity import holm
from harness.stats.proportion import proportion_interval

PerSample: TypeAlias = Mapping[str, Floats]
"""By quantity id, (n, 1 + p) values of each sample: clean, then by perturbation; NaN where a side
has no score."""


def drops_of(
    clean: Side, disturbed: Side, metrics: Sequence[Metric], settings: Settings
) -> tuple[Drop, ...]:
    """Return what a perturbation does to each headline quantity of whole suites.

    Args:
        clean: the suite as it is.
        disturbed: the same samples, their texts disturbed.
        metrics: of both.
        settings: level and seed.
    """
    sides = [replace(side.scores, slices={}) for side in (clean, disturbed)]
    aligned = align(sides[0], sides[1])
    found: list[Difference] = []
    for metric in _with_headlines(metrics):
        common = _blank(disturbed, metric)
        found += differences_of(aligned, scores_of(aligned, metric), metric, common, settings)
    return tuple(Drop(difference=one) for one in found if one.quantity.is_headline)


def corrected(rows: Sequence[Disturbed]) -> tuple[Disturbed, ...]:
    """Return the rows with p-values adjusted over all that changed a text, each quantity by itself.

    The numbers of one suite tell much the same; to correct for all of them at once would hide
    what any one of them shows.
    """
    tests: dict[str, list[tuple[int, float]]] = {}
    for i, row in enumerate(rows):
        for drop in row.drops:
            p_value = drop.difference.p_value
            if p_value is not None and drop.loss is not None and row.is_counted:
                tests.setdefault(drop.difference.quantity.id, []).append((i, p_value))
    known: dict[tuple[int, str], float] = {}
    for name, family in tests.items():
        adjusted = holm(np.array([p for _, p in family])).tolist()
        known |= {(i, name): p for (i, _), p in zip(family, adjusted, strict=True)}
    return tuple(replace(row, drops=_adjusted(i, row.drops, known)) for i, row in enumerate(rows))


def values_on_each(clean: Side, disturbed: Sequence[Side], metrics: Sequence[Metric]) -> PerSample:
    """Return the headline quantities that are means, sample by sample, as the clean suite has them.

    Only those of which one side is better are among them.
    """
    pairs = [align(clean.scores, side.scores) for side in (clean, *disturbed)]
    found: dict[str, Floats] = {}
    for metric in _with_headlines(metrics):
        table = _tables(pairs, metric, len(clean.scores))
        for i, quantity in enumerate(metric.quantities):
            is_wanted = quantity.is_headline and quantity.direction is not Direction.NEITHER
            if is_wanted and np.isfinite(table[:, :, i]).any():
                found[quantity.id] = table[:, :, i]
    return found


def overall_of(
    clean: Side, metrics: Sequence[Metric], values: PerSample, settings: Settings
) -> Iterator[Overall]:
    """Yield worst case and mean of each quantity, on the samples that have every score.

    Args:
        clean: the suite as it is.
        metrics: of it.
        values: from :func:`values_on_each`.
        settings: level and seed.
    """
    clusters = align(clean.scores, clean.scores).clusters
    for metric in metrics:
        for quantity in metric.quantities:
            table = values.get(quantity.id)
            if table is None or table.shape[1] < 2:  # noqa: PLR2004 - nothing beside the clean text
                continue
            is_whole = np.isfinite(table).all(axis=1)
            kept = table[is_whole]
            if not len(kept):
                continue
            is_higher_better = quantity.direction is Direction.HIGHER
            worst = kept.min(axis=1) if is_higher_better else kept.max(axis=1)
            common = replace(_blank(clean, metric), quantity=quantity)
            part = _Part(kept[:, 0], None if clusters is None else clusters[is_whole], common)
            n_left_out = len(table) - len(kept)
            yield _overall("worst", worst, part, settings, n_left_out)
            yield _overall("mean", kept[:, 1:].mean(axis=1), part, settings, n_left_out)


@dataclass(frozen=True, slots=True)
class _Part:
    """The samples that have every score."""

    clean: Floats
    clusters: Integers | None
    common: Difference


def _overall(
    kind: str, values: Floats, part: _Part, settings: Settings, n_left_out: int
) -> Overall:
    found = mean_difference(part.clean, values, part.clusters, part.common, settings)
    quantity = found.quantity
    interval = _interval(values, part.clusters, settings.level)
    return Overall(
        kind="worst" if kind == "worst" else "mean",
        difference=replace(found, p_value=None, test="", detectable=None),
        interval=interval and interval.within(quantity.low, quantity.high),
        n_left_out=n_left_out,
    )


def _interval(values: Floats, clusters: Integers | None, level: float) -> Interval | None:
    # Of zeros and ones that agree a t interval would have no width.
    if np.isin(values, (0.0, 1.0)).all():
        return proportion_interval(values, clusters, level)
    return skewed_mean_interval(values, clusters, level)


def _tables(pairs: Sequence[Aligned], metric: Metric, n: int) -> Floats:
    """Return (n, sides, q) values in the order of the clean side, NaN where there is none."""
    scores = [scores_of(pair, metric) for pair in pairs]
    # Looked at together: on few samples, or all of them right, F1 may look like a mean.
    values = mean_values(metric, np.concatenate([one.b for one in scores]))[0]
    ends = np.cumsum([len(one.b) for one in scores])[:-1]
    table = np.full((n, len(pairs), len(metric.quantities)), np.nan)
    for side, (pair, one, mine) in enumerate(
        zip(pairs, scores, np.split(values, ends), strict=True)
    ):
        table[pair.places[one.rows], side] = mine
    return table


def _adjusted(
    row: int, drops: Sequence[Drop], known: Mapping[tuple[int, str], float]
) -> tuple[Drop, ...]:
    return tuple(
        replace(drop, p_adjusted=known.get((row, drop.difference.quantity.id))) for drop in drops
    )


def _with_headlines(metrics: Sequence[Metric]) -> list[Metric]:
    return [metric for metric in metrics if any(q.is_headline for q in metric.quantities)]


def _blank(side: Side, metric: Metric) -> Difference:
    done, n = side.evaluation, len(side.scores)
    pair = Pair(
        suite=done.suite,
        baseline_model=done.model,
        candidate_model=done.model,
        n_baseline=n,
        n_candidate=n,
        n_common=n,
        baseline_coverage=done.coverage,
        candidate_coverage=done.coverage,
    )
    return blank(pair, metric)
