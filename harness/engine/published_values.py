"""The values of single samples that a site carries, so that any two runs can be paired in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.identity import hash_json
from harness.core.ports import Metric
from harness.core.sample_scores import SampleScores
from harness.core.site import SampleValues
from harness.engine.sample_values import is_mean, sample_values

Floats: TypeAlias = NDArray[np.float64]

MAX_SAMPLES = 20_000
"""Of one suite and model; beyond it a page would have to load tens of megabytes."""


def published_values(scores: SampleScores, metrics: Sequence[Metric]) -> SampleValues | None:
    """Return the columns of all headline quantities that are plain means of their samples.

    Args:
        scores: of one suite on one model.
        metrics: those that measured them.

    Returns:
        None where there is no such quantity, or too many samples.
    """
    if len(scores) > MAX_SAMPLES:
        return None
    columns = dict(column for metric in metrics for column in _columns(scores, metric))
    if not columns:
        return None
    return SampleValues(
        model=scores.model,
        suite=scores.suite,
        order=hash_json(list(scores.ids)),
        clusters=_cluster_codes(scores),
        columns=columns,
    )


def _columns(scores: SampleScores, metric: Metric) -> Iterator[tuple[str, list[float]]]:
    wanted = [i for i, quantity in enumerate(metric.quantities) if quantity.is_headline]
    names = [f"{metric.name}.{column}" for column in metric.columns]
    if not wanted or any(name not in scores.statistics for name in names):
        return
    statistics = np.stack([scores.statistics[name] for name in names], axis=1)
    rows = np.flatnonzero(~np.isnan(statistics).any(axis=1))
    if not rows.size:
        return
    values = sample_values(metric, statistics[rows])
    means = is_mean(metric, statistics[rows], values)
    for i in wanted:
        if means[i]:
            column = np.full(len(scores), np.nan)
            column[rows] = values[:, i]
            yield metric.quantities[i].id, column.tolist()


def _cluster_codes(scores: SampleScores) -> list[int] | None:
    """Return codes by first appearance; a sample without a cluster is one of its own."""
    if all(cluster is None for cluster in scores.clusters):
        return None
    codes: dict[tuple[bool, str], int] = {}
    return [
        codes.setdefault((cluster is None, cluster or name), len(codes))
        for name, cluster in zip(scores.ids, scores.clusters, strict=True)
    ]
