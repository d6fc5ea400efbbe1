"""Estimates of metrics on the whole set of answers, with delete-a-group jackknife intervals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, nan

import numpy as np
from numpy.typing import NDArray

from harness.core.estimate import Estimate, signature_text
from harness.core.ports import CorpusMetric
from harness.core.response import Output
from harness.core.sample import Sample
from harness.engine.estimate import Context
from harness.engine.score import Codes, Scoreboard
from harness.stats.jackknife import group_assignment, jackknife_interval, jackknife_stderr

N_GROUPS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What was read from the answers to the suite, or to a part of it, in the data set's order."""

    samples: list[Sample]
    outputs: list[Output]
    n_unscored: int
    slice: tuple[str, str] | None


def corpus_estimates(
    board: Scoreboard, metrics: tuple[CorpusMetric, ...], context: Context
) -> Iterator[Estimate]:
    """Yield the estimates of each metric; each is recomputed once per group left out.

    They are of the whole suite and of the parts that it is put together from. Slices by a column
    of the data have none: values of sets of unequal size seldom compare.
    """
    parts = list(_parts(board, context.part_slices))
    for metric in metrics:
        for part in parts:
            yield from _of_part(metric, part, context)


def _parts(board: Scoreboard, part_slices: Sequence[str]) -> Iterator[_Part]:
    kept = sorted(board.outputs or [], key=lambda pair: pair[0].index)
    yield _part(kept, len(board), None)
    for name in part_slices:
        codes = board.slices.get(name, Codes())
        own: dict[str, list[tuple[Sample, Output]]] = {text: [] for text in sorted(codes.values)}
        for sample, output in kept:
            if name in sample.slices:
                own[sample.slices[name]].append((sample, output))
        for text, pairs in own.items():
            yield _part(pairs, codes.codes.count(codes.values[text]), (name, text))


def _part(
    kept: Sequence[tuple[Sample, Output]], n_asked: int, slice_: tuple[str, str] | None
) -> _Part:
    return _Part(
        samples=[sample for sample, _ in kept],
        outputs=[output for _, output in kept],
        n_unscored=n_asked - len(kept),
        slice=slice_,
    )


def _of_part(metric: CorpusMetric, part: _Part, context: Context) -> Iterator[Estimate]:
    samples, outputs = part.samples, part.outputs
    units = [sample.id if sample.cluster is None else sample.cluster for sample in samples]
    numbers = {unit: number for number, unit in enumerate(dict.fromkeys(units))}
    clusters = np.array([numbers[unit] for unit in units], dtype=np.int64)
    value = metric.compute(samples, outputs) if samples else {}
    if samples and not value and part.slice:
        return  # a part that does not have this number
    others = []
    if len(numbers) >= 2 * N_GROUPS:
        groups = group_assignment(clusters, n_groups=N_GROUPS, seed=context.seed)
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
            n=len(samples),
            n_unscored=part.n_unscored,
            n_clusters=len(numbers),
            slice=part.slice,
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
