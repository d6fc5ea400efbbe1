"""Two sides of a comparison, made of statistics alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from harness.core.comparison import Comparison
from harness.core.estimate import signature_text
from harness.core.ports import Metric
from harness.core.run import Evaluation, Manifest, Status
from harness.core.sample_scores import SampleScores
from harness.engine.compare import Compared, Side, compare_pair
from harness.engine.difference import Settings

Floats = NDArray[np.float64]

SETTINGS = Settings(level=0.95, seed=0)


def side(
    statistics: Mapping[Metric, Floats],
    *,
    suite: str = "questions",
    model: str = "model",
    run: str = "a",
    ids: Sequence[str] | None = None,
    clusters: Sequence[str | None] | None = None,
    slices: Mapping[str, Sequence[str | None]] | None = None,
) -> Side:
    """Return one side; rows of NaN are samples that have no score."""
    n = len(next(iter(statistics.values())))
    names = list(ids) if ids is not None else [f"q{i}" for i in range(n)]
    n_scored = int(min(np.isfinite(rows).all(axis=1).sum() for rows in statistics.values()))
    evaluation = Evaluation(
        model=model,
        suite=suite,
        capability="generates",
        n_samples=n,
        n_answered=n_scored,
        n_failed=n - n_scored,
        suite_hash="suite",
        data_hash="data",
        model_fingerprint=f"fingerprint of {run}",
        metric_signatures={m.name: signature_text(m.signature) for m in statistics},
    )
    manifest = Manifest(
        schema_version=2,
        run_id=run,
        name=run,
        status=Status.COMPLETE,
        started_at="2026-11-22T00:00:00+00:00",
        evaluations=(evaluation,),
    )
    columns = {
        f"{metric.name}.{name}": rows[:, k]
        for metric, rows in statistics.items()
        for k, name in enumerate(metric.columns)
    }
    scores = SampleScores(
        model=model,
        suite=suite,
        ids=names,
        clusters=list(clusters) if clusters is not None else [None] * n,
        slices=dict(slices or {}),
        statistics=columns,
    )
    return Side(manifest=manifest, evaluation=evaluation, scores=scores)


def compared(metric: Metric, a: Floats, b: Floats, *, settings: Settings = SETTINGS) -> Compared:
    """Compare the statistics of one metric."""
    return compare_pair(side({metric: a}), side({metric: b}, run="b"), [metric], settings)


def comparison(*found: Compared, is_forced: bool = False) -> Comparison:
    """Put pairs into one comparison of two complete runs."""
    manifests = [
        Manifest(
            schema_version=2,
            run_id=run,
            name=run,
            status=Status.COMPLETE,
            started_at="2026-11-22T00:00:00+00:00",
            evaluations=tuple(_evaluation(item, run) for item in found),
        )
        for run in ("a", "b")
    ]
    return Comparison(
        baseline=manifests[0],
        candidate=manifests[1],
        pairs=tuple(item.pair for item in found),
        unpaired=(),
        differences=tuple(row for item in found for row in item.differences),
        flips=(),
        level=0.95,
        seed=0,
        is_forced=is_forced,
    )


def _evaluation(found: Compared, run: str) -> Evaluation:
    pair = found.pair
    is_baseline = run == "a"
    n = pair.n_baseline if is_baseline else pair.n_candidate
    return Evaluation(
        model=pair.baseline_model if is_baseline else pair.candidate_model,
        suite=pair.suite,
        capability="generates",
        n_samples=n,
        n_answered=n,
        suite_hash="suite",
        data_hash="data",
        model_fingerprint=f"fingerprint of {run}",
    )


def same_model(made: Comparison) -> Comparison:
    """Return the comparison as one of a model with itself."""
    before = {done.suite: done.model_fingerprint for done in made.baseline.evaluations}
    evaluations = tuple(
        replace(done, model_fingerprint=before[done.suite]) for done in made.candidate.evaluations
    )
    return replace(made, candidate=replace(made.candidate, evaluations=evaluations))
