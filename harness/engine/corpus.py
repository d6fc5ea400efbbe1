"""Estimates of metrics on the whole set of answers, with delete-a-group jackknife intervals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import isfinite, nan

import numpy as np
from numpy.typing import NDArray

from harness.core.estimate import Estimate, signature_text
from harness.core.ports import CorpusMetric
from harness.core.response import Output
from harness.core.sample import Sample
from harness.engine.estimate import Context
from harness.engine.score import Scoreboard
from harness.stats.jackknife import group_assignment, jackknife_interval, jackknife_stderr

N_GROUPS = 20


def corpus_estimates(
    board: Scoreboard, metrics: tuple[CorpusMetric, ...], context: Context
) -> Iterator[Estimate]:
    """Yield the estimates of each metric; each is recomputed once per group left out."""
    kept = sorted(board.outputs or [], key=lambda pair: pair[0].index)
    samples, outputs = [sample for sample, _ in kept], [output for _, output in kept]
    units = [sample.id if sample.cluster is None else sample.cluster for sample in samples]
    numbers = {unit: number for number, unit in enumerate(dict.fromkeys(units))}
    clusters = np.array([numbers[unit] for unit in units], dtype=np.int64)
    n_clusters = len(numbers)
    groups = group_assignment(clusters, n_groups=N_GROUPS, seed=context.seed)
    for metric in metrics:
        value = metric.compute(samples, outputs) if kept else {}
        others = []
        if n_clusters >= 2 * N_GROUPS:
            others = [_without(metric, samples, outputs, groups == g) for g in range(N_GROUPS)]
        for quantity in metric.quantities:
            found = value.get(quantity.id)
            common = Estimate(
                model=context.model,
                suite=context.suite,
                metric=metric.name,
                quantity=quantity,
                value=found if found is not None and isfinite(found) else None,
                interval=None,
                stderr=None,
                n=len(kept),
                n_unscored=len(board) - len(kept),
                n_clusters=n_clusters,
                seed=context.seed,
                signature=signature_text({**context.signature, **metric.signature}),
            )
            yield _with_interval(common, others, context.confidence_level)


def _without(
    metric: CorpusMetric, samples: list[Sample], outputs: list[Output], is_out: NDArray[np.bool_]
) -> Mapping[str, float]:
    stay = np.flatnonzero(~is_out)
    return metric.compute([samples[i] for i in stay], [outputs[i] for i in stay])


def _with_interval(estimate: Estimate, others: list[Mapping[str, float]], level: float) -> Estimate:
    if estimate.value is None:
        note = "undefined on these samples" if estimate.n else "nothing was scored"
        return replace(estimate, note=note)
    if not others:
        return replace(estimate, note=f"an interval needs {2 * N_GROUPS} independent samples")
    values = [other.get(estimate.quantity.id, nan) for other in others]
    interval = jackknife_interval(estimate.value, values, level)
    if interval is None:
        return replace(estimate, note="no interval: some groups leave nothing, or none differ")
    bounded = interval.within(estimate.quantity.low, estimate.quantity.high)
    return replace(estimate, interval=bounded, stderr=jackknife_stderr(values))
