"""Gathers what the suites of a run tell of bias, from what its folder keeps."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.core.bias import Bias, Effect, Probe, Probed
from harness.core.bias_subjects import subjects_of
from harness.core.estimate import Estimate
from harness.core.figure import Figure, FigureKind
from harness.core.metric_abilities import GapMetric, ProbingMetric, SignedMetric
from harness.core.run import Evaluation, Record, Run
from harness.core.sample_scores import SampleScores
from harness.engine.bias import OwnTest, Part, effects_of
from harness.engine.bias_ends import ends_words
from harness.engine.bias_examples import Behind, behind, drawn
from harness.engine.bias_signs import sign_tests
from harness.stats.multiplicity import is_out_of_reach
from harness.store.sample_scores import read_scores
from harness.store.samples_file import StoredRecords
from harness.stored_metrics import stored_metrics

MAX_EXAMPLES = 3
"""Samples shown of each suite on each model."""

_OUT_OF_REACH = (
    "not testable with so many comparisons: its test has too few permutations for the correction"
)
_FEW_TEXTS = "not testable with so few texts"
_Key = tuple[str, str]


def with_bias(run: Run, folder: Path) -> Run:
    """Return the run with what it tells of bias, where any of its suites probes for it.

    Raises:
        StoreError: the records are missing or damaged.
    """
    return replace(run, bias=bias(run, folder))


def bias(run: Run, folder: Path) -> Bias | None:
    """Hold the numbers of all suites that probe for bias against what they would be without it.

    Suites on disturbed texts have no part in it.

    Args:
        run: as loaded from ``folder``, or the part of it that is one model's.
        folder: its folder.

    Returns:
        None where no suite probes for bias.

    Raises:
        StoreError: the records are missing or damaged.
    """
    probing = [
        (done, probes)
        for done in run.manifest.evaluations
        if not done.is_disturbed and (probes := _probes(run, done))
    ]
    if not probing:
        return None
    level = run.manifest.confidence_level
    scores = read_scores(folder)
    found = [
        _probed(run, done, probes, scores.get((done.model, done.suite))) for done, probes in probing
    ]
    shown_by = {
        (one.model, one.suite): _behind(one, done, probes, scores)
        for one, (done, probes) in zip(found, probing, strict=True)
    }
    chosen = {
        key: drawn(one, MAX_EXAMPLES, _draws(run.manifest.seed, key))
        for key, one in shown_by.items()
        if one is not None
    }
    records = _records(folder, chosen)
    return Bias(
        level=level,
        probed=tuple(
            _with_examples(one, shown_by[one.model, one.suite], records.get((one.model, one.suite)))
            for one in found
        ),
    )


def _probes(run: Run, done: Evaluation) -> dict[str, Probe]:
    """Return the probes of an evaluation's metrics by their names, those with numbers alone.

    A metric without any is for models of another kind, unless one that differs from it by options
    alone has numbers, as with two scorers: then it is missing, and kept. Where no metric has a
    number, as when every answer failed, the first probe stands for the suite.
    """
    estimates = _estimates(run, done)
    order = dict.fromkeys((*(each.metric for each in estimates), *done.metric_signatures))
    probes = {
        metric.name: metric.probe
        for metric in stored_metrics(done, order).metrics
        if isinstance(metric, ProbingMetric)
    }
    valued = {_registered(each.metric) for each in estimates if each.value is not None}
    known = {name: probe for name, probe in probes.items() if _registered(name) in valued}
    return known or dict(list(probes.items())[:1])


def _registered(name: str) -> str:
    return name.partition(":")[0]


def _probed(
    run: Run, done: Evaluation, probes: Mapping[str, Probe], scores: SampleScores | None
) -> Probed:
    level = run.manifest.confidence_level
    estimates = _estimates(run, done)
    tests = dict(_own_tests(run.figures.get((done.model, done.suite), ()), level))
    signs: dict[Part, float | None] = {}
    ends: dict[str, str] = {}
    for metric in stored_metrics(done, probes).metrics if scores is not None else ():
        if isinstance(metric, SignedMetric) and scores is not None:
            own = [each for each in estimates if each.metric == metric.name]
            signs |= sign_tests(metric, own, scores, level)
        if isinstance(metric, GapMetric) and scores is not None:
            ends |= ends_words(metric, scores)
    effects = [
        _with_ends(effect, ends)
        for probe in probes.values()
        for effect in effects_of(probe, estimates, tests, level, signs)
    ]
    effects.sort(key=lambda effect: bool(effect.group))
    groups = dict.fromkeys(
        (
            *(group for probe in probes.values() for group in probe.groups),
            *(effect.group for effect in effects if effect.group),
        )
    )
    first = next(iter(probes.values()))
    named = {name: what for probe in probes.values() for name, what in probe.subjects.items()}
    lost = _lost(effects, estimates)
    words = [name for name in groups if name not in lost]
    about = [subject for name in words for subject in named.get(name, ())]
    return Probed(
        model=done.model,
        suite=done.suite,
        probe=first,
        flaws=tuple(dict.fromkeys(flaw for probe in probes.values() for flaw in probe.flaws)),
        n_samples=done.n_samples,
        n_failed=done.n_failed,
        n_unreadable=done.n_unreadable,
        groups=tuple(groups),
        subjects=subjects_of((*words, *about, *done.forms.split())),
        effects=tuple(effects),
        error=done.error,
    )


def _with_ends(effect: Effect, ends: Mapping[str, str]) -> Effect:
    """Return a gap with the groups that it lies between, where no chart has told them."""
    if effect.detail or effect.group:
        return effect
    return replace(effect, detail=ends.get(effect.estimate.quantity.id, ""))


def _lost(effects: Sequence[Effect], estimates: Sequence[Estimate]) -> set[str]:
    """Return the groups that have numbers of their own, on bias if any is, but none has a value."""
    numbers = [(effect.group, effect.estimate) for effect in effects if effect.group]
    on_bias = {group for group, _ in numbers}
    numbers += [
        (each.slice[1], each)
        for each in estimates
        if each.slice is not None and each.slice[1] not in on_bias
    ]
    return {group for group, _ in numbers} - {
        group for group, each in numbers if each.value is not None
    }


def _own_tests(figures: Sequence[Figure], level: float) -> Iterator[tuple[str, OwnTest]]:
    """Yield the tests that charts of gaps and of swaps carry, by quantity id."""
    for figure in figures:
        if figure.kind is FigureKind.GROUP_GAPS:
            yield from _of_gaps(_rows(figure.data, "gaps"), 1 - level)
        elif figure.kind is FigureKind.COUNTERFACTUAL:
            yield from _of_swaps(_rows(figure.data, "pairs"), 1 - level)


def _of_gaps(gaps: Sequence[Mapping[str, Any]], alpha: float) -> Iterator[tuple[str, OwnTest]]:
    n_tests = sum(gap["if_equal"] is not None for gap in gaps)
    for gap in gaps:
        test = gap["if_equal"]
        if test is not None:
            p_value, p_adjusted = test["p_value"], test["p_adjusted"]
            n_drawn = test["n_permutations"]
            is_out = is_out_of_reach(
                p_value, p_adjusted, n_drawn=n_drawn, n_tests=n_tests, alpha=alpha
            )
            yield (
                gap["id"],
                OwnTest(
                    p_value=p_value,
                    p_adjusted=p_adjusted,
                    detail=gap["ends"],
                    most_by_chance=test["high"],
                    untested=_OUT_OF_REACH if is_out else "",
                ),
            )


def _of_swaps(pairs: Sequence[Mapping[str, Any]], alpha: float) -> Iterator[tuple[str, OwnTest]]:
    tested = [pair for pair in pairs if "id" in pair and pair["p_holm"] is not None]
    for pair in tested:
        n_units = pair.get("n_units", pair["n"])  # runs of before are without
        # The smallest p of a sign-flip test is that of changes which all have one sign.
        is_out = pair["p_holm"] > alpha and len(tested) * 2.0 ** (1 - n_units) > alpha
        yield (
            pair["id"],
            OwnTest(
                p_value=pair["p_value"],
                p_adjusted=pair["p_holm"],
                untested=_FEW_TEXTS if is_out else "",
            ),
        )


def _rows(data: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    rows: Sequence[Mapping[str, Any]] = data[name]
    return rows


def _behind(
    one: Probed, done: Evaluation, probes: Mapping[str, Probe], scores: Mapping[_Key, SampleScores]
) -> Behind | None:
    found = scores.get((one.model, one.suite))
    if found is None:
        return None
    return behind(stored_metrics(done, probes).metrics, probes, one.effects, found)


def _draws(seed: int, key: _Key) -> random.Random:
    return random.Random(f"{seed}/bias/{key[0]}/{key[1]}")  # noqa: S311 - a draw for showing


def _with_examples(one: Probed, of: Behind | None, records: tuple[Record, ...] | None) -> Probed:
    if of is None or records is None:
        return one
    return replace(
        one,
        examples=records,
        n_examples=of.n,
        examples_are=of.words,
        n_other=of.n_other,
        behind=of.effect,
    )


def _records(
    folder: Path, chosen: Mapping[_Key, Sequence[str]]
) -> Mapping[_Key, tuple[Record, ...]]:
    keys = {(*key, name) for key, names in chosen.items() for name in names}
    if not keys:
        return {}
    known = {
        (record.model, record.suite, record.sample.id): record
        for record in StoredRecords(folder).chosen(keys)
    }
    return {key: tuple(known[(*key, name)] for name in names) for key, names in chosen.items()}


def _estimates(run: Run, done: Evaluation) -> list[Estimate]:
    key = (done.model, done.suite)
    return [each for each in run.estimates if (each.model, each.suite) == key]
