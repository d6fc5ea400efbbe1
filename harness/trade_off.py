"""Holds the models of one run against each other, from what its folder keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from harness.core.comparison import Difference
from harness.core.run import Evaluation, Run
from harness.core.sample_scores import SampleScores
from harness.core.tradeoff import Alternative, Gain, Tradeoff
from harness.engine.compare import Side, compare_pair
from harness.engine.difference import Settings
from harness.engine.tradeoff import (
    base_of,
    gained,
    has_one_source,
    lost,
    most_telling_first,
)
from harness.store.sample_scores import read_scores
from harness.stored_metrics import stored_metrics

Scores = Mapping[tuple[str, str], SampleScores]


def with_tradeoff(run: Run, folder: Path) -> Run:
    """Return the run with its models held against each other, where it has several.

    Raises:
        StoreError: the records are missing or damaged.
    """
    return replace(run, tradeoff=trade_off(run, folder))


def trade_off(run: Run, folder: Path) -> Tradeoff | None:
    """Compare each model of a run with the base, on the samples and rounds that both have.

    Args:
        run: as loaded from ``folder``.
        folder: its folder.

    Returns:
        None for a run of one model, and for one that has asked no two models by one suite.

    Raises:
        StoreError: the records are missing or damaged.
    """
    manifest = run.manifest
    base = base_of(manifest)
    if base is None or not any(done.n_answered for done in manifest.evaluations):
        return None
    scores = _whole(read_scores(folder))
    names = dict.fromkeys(done.model for done in manifest.evaluations if done.model != base)
    found = [_alternative(run, base, name, scores) for name in names]
    if not any(one.quality or one.gains or one.notes for one in found):
        return None
    return Tradeoff(
        base=base,
        base_variant=_part(run, base, "variant"),
        base_bytes=_bytes(run, base),
        has_one_source=has_one_source(manifest),
        level=manifest.confidence_level,
        alternatives=tuple(found),
    )


def _whole(scores: Scores) -> Scores:
    """Leave out slices: they would be compared as well, which takes as long again for each."""
    return {key: replace(one, slices={}) for key, one in scores.items()}


def _alternative(run: Run, base: str, model: str, scores: Scores) -> Alternative:
    mine = {done.suite: done for done in run.manifest.evaluations if done.model == model}
    differences: list[Difference] = []
    gains: list[Gain] = []
    notes: list[str] = []
    for before in run.manifest.evaluations:
        after = mine.get(before.suite)
        # A disturbed suite has a table of its own; here each would be a column more.
        if before.model != base or after is None or before.clean:
            continue
        sides = [_side(run, done, scores) for done in (before, after)]
        metrics = stored_metrics(after, _order(run, after))
        settings = Settings(level=run.manifest.confidence_level, seed=run.manifest.seed)
        compared = compare_pair(sides[0], sides[1], metrics.metrics, settings)
        differences += compared.differences
        notes += (mismatch.sentence for mismatch in compared.pair.mismatches)
        sound, void = gained(compared.differences, before, after)
        gains += sound
        notes += void
    return Alternative(
        model=model,
        variant=_part(run, model, "variant"),
        parameter_bytes=_bytes(run, model),
        quality=lost(differences),
        gains=most_telling_first(gains),
        notes=tuple(notes),
    )


def _side(run: Run, done: Evaluation, scores: Scores) -> Side:
    nothing = SampleScores(
        model=done.model, suite=done.suite, ids=(), clusters=(), slices={}, statistics={}
    )
    found = scores.get((done.model, done.suite), nothing)
    return Side(manifest=run.manifest, evaluation=done, scores=found)


def _order(run: Run, done: Evaluation) -> list[str]:
    mine = (
        estimate.metric
        for estimate in run.estimates
        if (estimate.model, estimate.suite) == (done.model, done.suite)
    )
    return list(dict.fromkeys((*mine, *done.metric_signatures)))


def _part(run: Run, model: str, name: str) -> str:
    return run.manifest.models.get(model, {}).get(name, "")


def _bytes(run: Run, model: str) -> int | None:
    text = _part(run, model, "parameter_bytes")
    return int(text) if text.isdecimal() else None
