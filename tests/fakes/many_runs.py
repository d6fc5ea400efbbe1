"""A root with a year of nights: real run folders, seeded values, shifts at known places.

``python -m fakes.many_runs FOLDER`` (in ``tests``) writes 500 runs of 60 metrics.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import numpy as np

from harness.core.estimate import Estimate, Interval
from harness.core.request import Generate
from harness.core.response import Generation, Response
from harness.core.run import Evaluation, Manifest, Record, Status
from harness.core.sample import Sample
from harness.core.schema import SCHEMA_VERSION
from harness.core.score import Direction, Quantity
from harness.store.run_folder import RunWriter

MODELS = ("small", "large")
SUITES = ("questions", "reviews", "summaries")
FIRST_NIGHT = datetime(2025, 7, 11, 2, 0, tzinfo=UTC)
N_SAMPLES = 1000
SECONDS_PER_SAMPLE = "seconds_per_sample"
_HARDWARE = {"cpu": "AMD EPYC 7763", "cores": "2", "memory_gib": "7.8", "system": "Linux"}
_PACKAGES = {f"package-{number}": f"{number}.0.1" for number in range(150)}


@dataclass(frozen=True)
class Kind:
    """A quantity, where it lies and how far it moves from night to night."""

    quantity: Quantity
    level: float
    spread: float
    """Of the nights; 0 for one that a deterministic model repeats to the last digit."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """From this night on, one number is that much higher, or that many times as large."""

    night: int
    quantity: str
    model: str = MODELS[0]
    suite: str = SUITES[0]
    add: float = 0.0
    times: float = 1.0


STEPS = (
    Step(night=250, quantity="token_perplexity", times=0.9),
    Step(night=300, quantity=SECONDS_PER_SAMPLE, times=1.5),
    Step(night=400, quantity="accuracy", add=-0.07),
    Step(night=450, quantity="exact_match", model=MODELS[1], suite=SUITES[1], add=0.02),
)
"""Of 500 nights: better, worse, worse, better."""


def _kind(
    name: str,
    level: float,
    spread: float,
    *,
    direction: Direction = Direction.HIGHER,
    low: float = 0.0,
    high: float | None = 1.0,
    is_headline: bool = False,
) -> Kind:
    quantity = Quantity(
        id=name,
        direction=direction,
        definition=f"{name} of a night that never was",
        low=low,
        high=high,
        is_headline=is_headline,
    )
    return Kind(quantity, level, spread)


KINDS = (
    _kind("accuracy", 0.81, 0.005, is_headline=True),
    _kind("f1_macro", 0.78, 0.006, is_headline=True),
    _kind("exact_match", 0.412, 0.0),
    _kind("token_f1", 0.55, 0.004),
    _kind("bleu", 24.0, 0.3, high=100.0),
    _kind("token_perplexity", 18.0, 0.1, direction=Direction.LOWER, low=1.0, high=None),
    _kind("bits_per_byte", 0.91, 0.002, direction=Direction.LOWER, high=None),
    _kind("ece", 0.06, 0.004, direction=Direction.LOWER),
    _kind("length_ratio", 1.02, 0.01, direction=Direction.NEITHER, high=None),
    _kind("mcc", 0.62, 0.008, low=-1.0),
)
"""Ten quantities: times two models and three suites, sixty series."""


def write_many_runs(
    root: Path,
    *,
    n_runs: int = 500,
    line: str = "nightly",
    seed: int = 0,
    n_records: int = 0,
    steps: tuple[Step, ...] = STEPS,
) -> list[Path]:
    """Write the folders of ``n_runs`` nights and return them, oldest first.

    Args:
        root: folder of the run folders.
        n_runs: one a night, from ``FIRST_NIGHT`` on.
        line: the nightly line that the runs belong to.
        seed: of all values; the first nights of a longer history are those of a shorter one.
        n_records: samples kept per model and suite.
        steps: the shifts.
    """
    return [
        write_night(root, night, line=line, seed=seed, n_records=n_records, steps=steps)
        for night in range(n_runs)
    ]


def write_night(
    root: Path,
    night: int,
    *,
    line: str = "nightly",
    seed: int = 0,
    n_records: int = 0,
    steps: tuple[Step, ...] = STEPS,
) -> Path:
    """Write the folder of one night and return it."""
    at = FIRST_NIGHT + timedelta(days=night)
    rng = np.random.default_rng([seed, night])
    run_id = f"{at:%Y%m%dT%H%M%S}000-{night:06x}"
    due = [step for step in steps if step.night <= night]
    evaluations, estimates, records = [], [], []
    for model in MODELS:
        fingerprint = _hash(model, *[step.night for step in due if step.model == model])
        for suite in SUITES:
            mine = [step for step in due if (step.model, step.suite) == (model, suite)]
            evaluations.append(_evaluation(model, suite, fingerprint, mine, rng))
            estimates += list(_estimates(model, suite, mine, rng))
            records += list(_records(model, suite, n_records))
    manifest = Manifest(
        schema_version=SCHEMA_VERSION,
        run_id=run_id,
        name="nightly",
        line=line,
        status=Status.COMPLETE,
        started_at=at.isoformat(timespec="seconds"),
        ended_at=(at + timedelta(minutes=9)).isoformat(timespec="seconds"),
        seed=seed,
        models={
            done.model: {"name": done.model, "fingerprint": done.model_fingerprint}
            for done in evaluations
        },
        evaluations=tuple(evaluations),
        packages=_PACKAGES,
        git={"commit": _hash("commit", night)[:40], "dirty": "no"},
        hardware=_HARDWARE,
    )
    return _written(root / run_id, manifest, tuple(estimates), records)


def _written(
    folder: Path, manifest: Manifest, estimates: tuple[Estimate, ...], records: list[Record]
) -> Path:
    writer = RunWriter(folder, ())
    for record in records:
        writer.append(record)
    if records:
        writer.compact()
    writer.metrics(estimates, {})
    writer.manifest(manifest)
    writer.close()
    return folder


def _evaluation(
    model: str, suite: str, fingerprint: str, steps: list[Step], rng: np.random.Generator
) -> Evaluation:
    usual_s = 40.0 + 20.0 * SUITES.index(suite)
    wall_s = _moved(usual_s * float(np.exp(rng.normal(0, 0.05))), SECONDS_PER_SAMPLE, steps)
    return Evaluation(
        model=model,
        suite=suite,
        capability="generates",
        n_samples=N_SAMPLES,
        n_answered=N_SAMPLES,
        suite_hash=_hash("suite", suite),
        data_hash=_hash("data", suite),
        model_fingerprint=fingerprint,
        metric_options={"exact_match": {}},
        wall_s=wall_s,
        cpu_s=1.8 * wall_s,
        n_input_tokens=40 * N_SAMPLES,
        n_output_tokens=8 * N_SAMPLES,
    )


def _estimates(
    model: str, suite: str, steps: list[Step], rng: np.random.Generator
) -> Iterator[Estimate]:
    for kind in KINDS:
        value = _moved(kind.level + kind.spread * rng.normal(), kind.quantity.id, steps)
        whole = _estimate(model, suite, kind, value)
        yield whole
        if kind.quantity.is_headline:
            yield from (
                replace(whole, slice=("language", language), n=N_SAMPLES // 4)
                for language in ("de", "en", "fr", "it")
            )


def _estimate(model: str, suite: str, kind: Kind, value: float) -> Estimate:
    stderr = max(kind.spread, 0.01)
    return Estimate(
        model=model,
        suite=suite,
        metric=kind.quantity.id,
        quantity=kind.quantity,
        value=value,
        interval=Interval(
            low=value - 2 * stderr, high=value + 2 * stderr, level=0.95, method="hall-t"
        ),
        stderr=stderr,
        n=N_SAMPLES,
        n_unscored=0,
        n_clusters=N_SAMPLES,
        signature=f"by:generates|suite:{_hash('suite', suite)[:12]}",
    )


def _moved(value: float, quantity: str, steps: list[Step]) -> float:
    for step in steps:
        if step.quantity == quantity:
            value = value * step.times + step.add
    return value


def _records(model: str, suite: str, n_records: int) -> Iterator[Record]:
    for index in range(n_records):
        sample = Sample(id=f"{suite}-{index}", index=index, text=f"question {index}")
        answer = Response(
            output=Generation(text=f"answer {index}", finish_reason="stop"), latency_s=0.04
        )
        scores: Mapping[str, float] = {"exact_match.exact_match": float(index % 4 > 0)}
        yield Record(
            model=model,
            suite=suite,
            sample=sample,
            payload=Generate(prompt=sample.text),
            answer=answer,
            scores=scores,
        )


def _hash(*parts: object) -> str:
    return sha256(repr(parts).encode()).hexdigest()


if __name__ == "__main__":
    write_many_runs(Path(sys.argv[1]))
