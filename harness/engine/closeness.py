"""From what judges said of pairs of texts to how near the changed texts of a suite are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.core.estimate import Interval
from harness.core.text_measures import FAR, Closeness, PairMeasured, ratio_of
from harness.stats.mean import skewed_mean_interval


@dataclass(frozen=True, slots=True)
class Unit:
    """One sample whose text was changed."""

    cluster: str
    """Name of what it belongs to; its own where it stands alone."""
    measured: PairMeasured


def closeness_of(
    units: Sequence[Unit], judges: Mapping[str, str], level: float
) -> Iterator[Closeness]:
    """Yield each measure that was asked for, over the samples whose text was changed.

    Args:
        units: those samples.
        judges: name of the judge by measure.
        level: confidence level of the intervals, in (0, 1).
    """
    if "meaning" in judges:
        yield _meaning(units, judges["meaning"], level)
    if "fluency" in judges:
        yield _fluency(units, judges["fluency"], level)


def _meaning(units: Sequence[Unit], judge: str, level: float) -> Closeness:
    values, clusters = _known(units, [unit.measured.similarity for unit in units])
    interval = skewed_mean_interval(values, clusters, level) if len(values) else None
    return Closeness(
        measure="meaning",
        judge=judge,
        value=float(values.mean()) if len(values) else None,
        interval=interval and interval.within(-1.0, 1.0),
        n=len(values),
        n_missing=len(units) - len(values),
        n_far=int((values < FAR).sum()),
    )


def _fluency(units: Sequence[Unit], judge: str, level: float) -> Closeness:
    values, clusters = _known(units, [unit.measured.log_perplexity_ratio for unit in units])
    interval = skewed_mean_interval(values, clusters, level) if len(values) else None
    return Closeness(
        measure="fluency",
        judge=judge,
        value=ratio_of(float(values.mean())) if len(values) else None,
        interval=interval and _ratios(interval),
        n=len(values),
        n_missing=len(units) - len(values),
    )


def _known(
    units: Sequence[Unit], values: Sequence[float | None]
) -> tuple[NDArray[np.float64], NDArray[np.int64] | None]:
    """Return the values that are known, and the codes of their clusters where some share one."""
    kept = [(value, unit) for value, unit in zip(values, units, strict=True) if value is not None]
    names = [unit.cluster for _, unit in kept]
    codes = {name: code for code, name in enumerate(dict.fromkeys(names))}
    clusters = None
    if len(codes) < len(names):
        clusters = np.array([codes[name] for name in names], dtype=np.int64)
    return np.array([value for value, _ in kept], dtype=np.float64), clusters


def _ratios(of_logarithms: Interval) -> Interval:
    return Interval(
        low=ratio_of(of_logarithms.low),
        high=ratio_of(of_logarithms.high),
        level=of_logarithms.level,
        method=f"log-{of_logarithms.method}",
    )
