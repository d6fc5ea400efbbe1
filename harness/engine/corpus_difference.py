"""Differences of metrics on the whole set of answers, by a paired delete-a-group jackknife."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, nan

import numpy as np

from harness.core.comparison import Difference
from harness.core.ports import CorpusMetric
from harness.core.response import Output
from harness.core.sample import Sample
from harness.engine.corpus import N_GROUPS
from harness.engine.difference import Settings
from harness.stats.jackknife import group_assignment, jackknife_interval, jackknife_stderr
from harness.stats.power import minimum_detectable_effect
from harness.stats.quantiles import t_two_sided_p


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """A sample with what was read from the answer to it."""

    sample: Sample
    output: Output


def corpus_differences(
    baseline: Mapping[str, ReadAnswer],
    candidate: Mapping[str, ReadAnswer],
    metric: CorpusMetric,
    common: Difference,
    settings: Settings,
) -> Iterator[Difference]:
    """Yield the differences of a metric that is recomputed on the set less each group.

    Those of the whole suite come first, then those of the parts that it is put together from.
    Both sides lose the same samples at a time, so that what is hard for both cancels out.

    Args:
        baseline: answers that could be read, by sample id.
        candidate: likewise.
        metric: as both sides were measured with.
        common: what all of them share: suite, model, metric.
        settings: level, seed, and the slices that are such parts.
    """
    yield from _of_part(baseline, candidate, metric, common, settings)
    for column in settings.part_slices:
        before, after = _by_part(baseline, column), _by_part(candidate, column)
        for text, answers in sorted(before.items()):
            part = replace(common, slice=(column, text))
            yield from _of_part(answers, after.get(text, {}), metric, part, settings)


def _by_part(
    answers: Mapping[str, ReadAnswer], column: str
) -> Mapping[str, Mapping[str, ReadAnswer]]:
    found: dict[str, dict[str, ReadAnswer]] = {}
    for name, answer in answers.items():
        if column in answer.sample.slices:
            found.setdefault(answer.sample.slices[column], {})[name] = answer
    return found


def _of_part(
    baseline: Mapping[str, ReadAnswer],
    candidate: Mapping[str, ReadAnswer],
    metric: CorpusMetric,
    common: Difference,
    settings: Settings,
) -> Iterator[Difference]:
    shared = [name for name in baseline if name in candidate]
    sides = ([baseline[name] for name in shared], [candidate[name] for name in shared])
    units = [answer.sample.cluster or answer.sample.id for answer in sides[0]]
    numbers = {unit: number for number, unit in enumerate(dict.fromkeys(units))}
    known = replace(
        common,
        n=len(shared),
        n_clusters=len(numbers),
        n_unpaired=len(baseline) + len(candidate) - 2 * len(shared),
        n_lost=len(baseline) - len(shared),
    )
    wholes = [_computed(metric, side) for side in sides]
    if shared and common.slice and not any(wholes):
        return  # a part that does not have this number
    is_same = all(a.output == b.output for a, b in zip(*sides, strict=True))
    others: list[Mapping[str, float]] = []
    if not is_same and len(numbers) >= 2 * N_GROUPS:
        codes = np.array([numbers[unit] for unit in units], dtype=np.int64)
        groups = group_assignment(codes, n_groups=N_GROUPS, seed=settings.seed)
        for group in range(N_GROUPS):
            stay = np.flatnonzero(groups != group)
            without = [_computed(metric, [side[i] for i in stay]) for side in sides]
            others.append(_subtracted(without[0], without[1]))
    for quantity in metric.quantities:
        values = [_finite(whole.get(quantity.id)) for whole in wholes]
        row = replace(known, quantity=quantity, baseline=values[0], candidate=values[1])
        if is_same and shared and row.candidate is not None:
            note = "identical on every sample"
            yield replace(row, difference=0.0, p_value=1.0, test="identical", note=note)
            continue
        yield _tested(row, [other.get(quantity.id, nan) for other in others], settings)


def _tested(row: Difference, others: list[float], settings: Settings) -> Difference:
    if row.baseline is None or row.candidate is None:
        return replace(row, note="undefined on the common samples")
    difference = row.candidate - row.baseline
    row = replace(row, difference=difference)
    if not others:
        return replace(row, note=f"a test needs {2 * N_GROUPS} independent samples")
    interval = jackknife_interval(difference, others, settings.level)
    stderr = jackknife_stderr(others)
    if interval is None or not stderr:
        return replace(row, note="no interval: some groups leave nothing, or none differ")
    freedom = N_GROUPS - 1
    return replace(
        row,
        interval=interval,
        stderr=stderr,
        p_value=t_two_sided_p(difference / stderr, freedom),
        test="paired-jackknife",
        detectable=minimum_detectable_effect(
            stderr, alpha=1 - settings.level, degrees_of_freedom=freedom
        ),
    )


def _computed(metric: CorpusMetric, answers: Sequence[ReadAnswer]) -> Mapping[str, float]:
    if not answers:
        return {}
    return metric.compute(
        [answer.sample for answer in answers], [answer.output for answer in answers]
    )


def _subtracted(a: Mapping[str, float], b: Mapping[str, float]) -> dict[str, float]:
    return {name: b[name] - a[name] for name in a.keys() & b.keys()}


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None
