"""A root with a few real run folders: a line that falls, a judged run, and a stranger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import numpy as np

from fakes.synthetic_judgement import compared_run
from fakes.synthetic_run import synthetic_run
from harness.core.estimate import Estimate
from harness.core.request import Generate
from harness.core.response import Generation, Response
from harness.core.run import Evaluation, Manifest, Record, Run, Status
from harness.core.sample import Sample
from harness.core.schema import SCHEMA_VERSION
from harness.core.score import Direction, Quantity
from harness.stats.mean import mean_interval, mean_stderr
from harness.store.judgement_file import write_judgement
from harness.store.run_folder import RunWriter

NIGHTS = 24
FALL = 12
"""The night from which on the questions are answered worse."""
LINE = "nightly"
SUITES: Mapping[str, int] = {"questions": 60, "reviews": 40}
"""Samples by suite; three questions in a row are about one passage."""
_FIRST = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)
EXACT_MATCH = Quantity(
    id="exact_match",
    direction=Direction.HIGHER,
    definition="share of answers that are a reference",
    is_headline=True,
)
F1 = replace(EXACT_MATCH, id="f1_macro", definition="mean of the classes' F1")


def write_small_root(root: Path, *, nights: int = NIGHTS) -> list[Path]:
    """Write the nights and the judged run, and return the folders of the nights."""
    folders = [write_small_night(root, night) for night in range(nights)]
    judged = compared_run(n=40)
    write_run(root, replace(judged, manifest=replace(judged.manifest, line="release")))
    return folders


def write_small_night(root: Path, night: int, *, line: str = LINE, data: str = "") -> Path:
    """Write one night.

    Args:
        root: folder of the run folders.
        night: from 0 on; the same night has the same bytes.
        line: that it belongs to.
        data: anything else than nothing makes the questions another data set.
    """
    at = _FIRST + timedelta(days=night)
    records = [record for suite in SUITES for record in _records(suite, night)]
    manifest = Manifest(
        schema_version=SCHEMA_VERSION,
        run_id=f"{at:%Y%m%dT%H%M%S}000-{night:06x}{'-' if data else ''}{data}",
        name=f"night {night}",
        line=line,
        status=Status.COMPLETE,
        started_at=at.isoformat(timespec="seconds"),
        ended_at=(at + timedelta(minutes=3)).isoformat(timespec="seconds"),
        models={"small": {"fingerprint": _hash("small")}},
        evaluations=tuple(_evaluation(suite, data) for suite in SUITES),
        hardware={"cpu": "one", "cores": "2"},
    )
    estimates = tuple(estimate for suite in SUITES for estimate in _estimates(suite, records))
    return write_run(root, Run(manifest=manifest, estimates=estimates, figures={}, records=records))


def write_hostile_run(root: Path) -> Path:
    """Write a run whose every text wants out of its place."""
    run = synthetic_run(n=20, is_hostile=True)
    evil = "</script><img src=x onerror=alert(5)>"
    manifest = replace(run.manifest, line=f"line {evil}", run_id=f"{run.manifest.run_id} {evil}")
    return write_run(root, replace(run, manifest=manifest), folder="hostile")


def write_run(root: Path, run: Run, *, folder: str = "") -> Path:
    """Write any run as a run folder, by default under its id."""
    place = root / (folder or run.manifest.run_id)
    writer = RunWriter(place, ())
    for record in run.records:
        writer.append(record)
    writer.compact()
    writer.metrics(run.estimates, run.figures)
    writer.manifest(replace(run.manifest, schema_version=SCHEMA_VERSION))
    writer.close()
    if run.judgement is not None:
        write_judgement(place, run.judgement)
    return place


def _records(suite: str, night: int) -> Iterator[Record]:
    n = SUITES[suite]
    ease = np.random.default_rng(len(suite)).uniform(0.2, 1.0, n)
    luck = np.random.default_rng([night, n]).uniform(0.0, 0.9, n)
    fall = 0.35 if suite == "questions" and night >= FALL else 0.0
    for i in range(n):
        is_right = bool(luck[i] < ease[i] - fall)
        sample = Sample(
            id=f"{suite}-{i}",
            index=i,
            text=f"{suite} number {i}?",
            targets=("yes",),
            cluster=f"passage {i // 3}" if suite == "questions" else None,
        )
        yield Record(
            model="small",
            suite=suite,
            sample=sample,
            payload=Generate(prompt=sample.text),
            answer=Response(
                output=Generation(text="yes" if is_right else "no", finish_reason="stop")
            ),
            scores={"exact_match.exact_match": float(is_right)},
        )


def _evaluation(suite: str, data: str) -> Evaluation:
    n = SUITES[suite]
    return Evaluation(
        model="small",
        suite=suite,
        capability="generates",
        n_samples=n,
        n_answered=n,
        suite_hash=_hash("suite", suite),
        data_hash=_hash("data", suite, data if suite == "questions" else ""),
        model_fingerprint=_hash("small"),
        metric_options={"exact_match": {}},
        wall_s=n / 20,
    )


def _estimates(suite: str, records: list[Record]) -> Iterator[Estimate]:
    mine = [record for record in records if record.suite == suite]
    values = np.array([record.scores["exact_match.exact_match"] for record in mine])
    clusters = None
    if suite == "questions":
        clusters = np.arange(len(values)) // 3
    exact = Estimate(
        model="small",
        suite=suite,
        metric="exact_match",
        quantity=EXACT_MATCH,
        value=float(values.mean()),
        interval=mean_interval(values, clusters),
        stderr=mean_stderr(values, clusters),
        n=len(values),
        n_unscored=0,
        n_clusters=len(values) if clusters is None else len(set(clusters.tolist())),
    )
    yield exact
    f1 = 0.9 * float(values.mean())
    yield replace(exact, metric="confusion", quantity=F1, value=f1, interval=None, stderr=None)


def _hash(*parts: object) -> str:
    return sha256(repr(parts).encode()).hexdigest()
