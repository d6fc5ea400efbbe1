"""Time a comparison of two large runs, from disk to verdict, each side in a fresh process.

    python benchmarks/compare.py [--samples 100000]

Two run folders are written with made-up statistics of ten registered metrics: right and wrong
answers, label scores, n-gram counts. Then ``harness gate`` judges one beside the other: samples
are paired, means are tested in closed form, all other numbers with 10,000 resamples.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.core.build import options_of
from harness.core.estimate import signature_text
from harness.core.ports import Metric
from harness.core.request import Generate
from harness.core.response import Generation, Response
from harness.core.run import Evaluation, Manifest, Record, Status
from harness.core.sample import Sample
from harness.core.schema import SCHEMA_VERSION
from harness.store.documents import encode_manifest
from harness.store.record_codec import encode_record
from harness.store.samples_file import compact
from harness.suites.metrics.bleu import Bleu
from harness.suites.metrics.calibration import Calibration
from harness.suites.metrics.chrf import Chrf
from harness.suites.metrics.confusion import Confusion
from harness.suites.metrics.exact_match import ExactMatch
from harness.suites.metrics.length_ratio import LengthRatio
from harness.suites.metrics.ranking import Ranking
from harness.suites.metrics.rouge import Rouge
from harness.suites.metrics.ter import Ter
from harness.suites.metrics.token_f1 import TokenF1

LABELS = ("negative", "positive")
METRICS: tuple[Metric, ...] = (
    Confusion(labels=LABELS, positive="positive"),
    Ranking(labels=LABELS, positive="positive"),
    Calibration(labels=LABELS),
    ExactMatch(),
    TokenF1(),
    Rouge(),
    Bleu(),
    Chrf(),
    Ter(),
    LengthRatio(),
)

Floats = NDArray[np.float64]


def statistics_of(metric: Metric, rng: np.random.Generator, hard: Floats, shift: float) -> Floats:
    """(n, k) believable statistics: what is hard for one side is hard for the other."""
    n = hard.size
    right = (rng.normal(size=n) + hard + shift > 0).astype(float)
    if metric.name == "confusion":
        target = (np.arange(n) % 2).astype(float)
        return np.stack([target, np.where(right, target, 1 - target)], axis=1)
    if metric.name == "calibration":
        sure = rng.uniform(0.5, 1.0, n)
        wrong = np.where(right, sure, 1 - sure)
        return np.stack([-np.log(wrong), (1 - wrong) ** 2, sure, right], axis=1)
    if metric.name == "ranking":
        target = (np.arange(n) % 2).astype(float)
        score = np.round(1 / (1 + np.exp(-(2 * target - 1 + hard + rng.normal(size=n)))), 3)
        return np.stack([target, score][: len(metric.columns)], axis=1)
    counts = rng.integers(5, 30, size=(n, len(metric.columns))).astype(float)
    if metric.name in {"bleu", "chrf"}:
        return np.sort(counts, axis=1)
    counts[:] = right[:, None] * 0.5 + rng.uniform(0, 0.5, counts.shape)
    counts[:, -1] = 1.0
    return counts


def write_run(folder: Path, n: int, side: int) -> None:
    """Write one run folder."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(side)
    hard = np.random.default_rng(99).normal(size=n)
    tables = {metric.name: statistics_of(metric, rng, hard, 0.02 * side) for metric in METRICS}
    names = [f"{m.name}.{column}" for m in METRICS for column in m.columns]
    rows = np.concatenate([tables[m.name] for m in METRICS], axis=1)
    with (folder / "samples.jsonl").open("w", encoding="ascii") as file:
        for i, row in enumerate(rows):
            file.write(json.dumps(_record(i, dict(zip(names, row.tolist(), strict=True)))) + "\n")
    compact(folder / "samples.jsonl", folder / "samples.parquet")
    manifest = Manifest(
        schema_version=SCHEMA_VERSION,
        run_id=folder.name,
        name=f"side {side}",
        status=Status.COMPLETE,
        started_at="2026-11-22T00:00:00+00:00",
        evaluations=(_evaluation(n, side),),
        models={"m": {"fingerprint": f"{side}" * 64}},
    )
    (folder / "manifest.json").write_text(json.dumps(encode_manifest(manifest)))
    metrics = {"schema_version": SCHEMA_VERSION, "estimates": [], "figures": []}
    (folder / "metrics.json").write_text(json.dumps(metrics))


def _record(i: int, scores: dict[str, float]) -> dict[str, Any]:
    text = f"Question number {i}, as long as questions usually are?"
    answer = Response(output=Generation(text="An answer.", finish_reason="stop"))
    sample = Sample(id=f"q{i}", index=i, text=text, targets=("positive",))
    return encode_record(
        Record(
            model="m",
            suite="s",
            sample=sample,
            payload=Generate(prompt=text),
            answer=answer,
            scores=scores,
        )
    )


def _evaluation(n: int, side: int) -> Evaluation:
    return Evaluation(
        model="m",
        suite="s",
        capability="generates",
        n_samples=n,
        n_answered=n,
        suite_hash="a" * 64,
        data_hash="b" * 64,
        model_fingerprint=f"{side}" * 64,
        metric_signatures={m.name: signature_text(m.signature) for m in METRICS},
        metric_options={m.name: options_of(m) for m in METRICS},
    )


def main() -> None:
    """Print seconds and memory of the gate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        for side in (0, 1):
            write_run(Path(root) / f"side{side}", options.samples, side)
        command = ["gate", f"{root}/side1", "--baseline", f"{root}/side0", "--root", root]
        started = time.perf_counter()
        done = subprocess.run(
            [str(Path(sys.executable).with_name("harness")), *command],
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - started
    print(done.stdout[-3000:], done.stderr[-2000:])
    peak = resource.getrusage(resource.RUSAGE_CHILDREN)
    n_rows = len(re.findall(r"\.\.\.|…", done.stdout))
    print(f"{options.samples:,} samples, {len(METRICS)} metrics, {n_rows} gates with an interval")
    print(f"wall {seconds:.1f} s, CPU {peak.ru_utime + peak.ru_stime:.1f} s,", end=" ")
    print(f"peak memory {peak.ru_maxrss / 2**20:.2f} GiB, exit code {done.returncode}")


if __name__ == "__main__":
    main()
