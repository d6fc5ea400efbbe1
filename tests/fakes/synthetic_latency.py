"""A run of a latency suite that never happened: two models, six loads, every kind of its charts.

Times follow from invented parameters by the queue of one server; nothing is drawn at random.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from fakes.synthetic_run import HOSTILE
from harness.core.comparison import Comparison, Difference, Pair
from harness.core.estimate import Estimate, Interval
from harness.core.figure import Figure, FigureKind
from harness.core.judgement import Finding, Judgement
from harness.core.policy import Gate, Policy
from harness.core.run import Evaluation, Manifest, Run, Status
from harness.core.schema import SCHEMA_VERSION
from harness.core.score import Direction, Quantity
from harness.core.verdict import Verdict

SUITE = "latency"
MODELS = ("SmolLM2-135M", "SmolLM2-135M int8")
CONCURRENCIES = (1, 2, 4, 8, 16, 32)
LOADS = tuple(f"c={c},in=128,out=64" for c in CONCURRENCIES)
N_ROUNDS = 5
UNSTABLE = "round 2: the clock fell from 3,400 to 2,100 MHz under load"
N_REQUESTS = 320
N_PAIRS = 8
ACROSS = "measured in different runs, between which the machine may have changed"
_P99_NOTE = "n too small: p99 needs 300 requests, there are 40"
_LOWER, _HIGHER, _NEITHER = Direction.LOWER, Direction.HIGHER, Direction.NEITHER


@dataclass(frozen=True)
class _Made:
    """One quantity by load: its value at concurrency c, for a model so many times as slow."""

    id: str
    direction: Direction
    base: float
    power: float
    """Of the concurrency."""
    is_headline: bool = False
    high: float | None = None
    is_slower: bool = True
    """Whether a slower model has more of it; less where False."""


_MADE = (
    _Made("ttft_p50", _LOWER, 0.0523, 0.6, is_headline=True),
    _Made("ttft_p90", _LOWER, 0.0611, 0.7),
    _Made("ttft_p99", _LOWER, 0.0745, 0.8),
    _Made("tpot_p50", _LOWER, 0.01234, 0.35, is_headline=True),
    _Made("tpot_p90", _LOWER, 0.01341, 0.4),
    _Made("tpot_p99", _LOWER, 0.0171, 0.5),
    _Made("itl_p50", _LOWER, 0.0121, 0.35),
    _Made("stall_max_p99", _LOWER, 0.041, 0.5),
    _Made("e2e_p50", _LOWER, 0.83, 0.4),
    _Made("lag_p99", _LOWER, 0.0004, 0.2),
    _Made("decode_tps_user", _HIGHER, 81.0, -0.35, is_slower=False),
    _Made("system_tps", _HIGHER, 76.2, 0.6, is_headline=True, is_slower=False),
    _Made("rps", _HIGHER, 1.19, 0.6, is_slower=False),
    _Made("goodput", _HIGHER, 1.18, 0.5, is_slower=False),
    _Made("error_rate", _LOWER, 0.0, 1.0, high=1.0),
    _Made("mem_rss_peak", _LOWER, 812.0 * 2**20, 0.05),
    _Made("energy_j", _LOWER, 412.0, 0.3),
    _Made("mbu", _HIGHER, 0.61, 0.05, high=1.0, is_slower=False),
    _Made("n_out", _NEITHER, 64.0, 0.0),
)


def latency_run(*, is_hostile: bool = False, is_unstable: bool = True) -> Run:
    """Return the run; a hostile one carries ``HOSTILE`` wherever somebody else writes."""
    evil = HOSTILE[0] if is_hostile else ""
    unstable: dict[str, tuple[str, ...]] = {}
    if is_unstable:
        unstable[LOADS[-1]] = (f"{UNSTABLE} {evil}".strip(),)
    return Run(
        manifest=Manifest(
            schema_version=SCHEMA_VERSION,
            run_id="20261122T101500Z-77aa",
            name=f"Speed of two checkpoints {evil}".strip(),
            status=Status.COMPLETE,
            started_at="2026-11-22T10:15:00+00:00",
            ended_at="2026-11-22T10:41:12+00:00",
            seed=3,
            models={model: {"fingerprint": "5c1d" * 16} for model in MODELS},
            evaluations=tuple(_evaluation(model, unstable) for model in MODELS),
            hardware={"cpu": "x86_64", "cores": "2", "key": "9c4e" * 16, "memory": "16 GiB"},
            warnings=tuple(
                f"{SUITE} on {MODELS[0]}: {load} was not steady: {texts[0]}"
                for load, texts in unstable.items()
            ),
        ),
        estimates=tuple(_estimates()),
        figures={(model, SUITE): tuple(latency_figures(evil)) for model in MODELS},
        records=(),
    )


def latency_figures(evil: str = "") -> Iterator[Figure]:
    """Yield a figure of each kind."""
    yield _figure(
        FigureKind.LATENCY_DISTRIBUTION, f"Time to the first token {evil}".strip(),
        quantity="ttft", unit="s",
        curves=[_curve(c, evil if c == 1 else "") for c in CONCURRENCIES],
    )  # fmt: skip
    yield _figure(
        FigureKind.REQUEST_TIMELINE, "Chosen requests",
        load="poisson=4,in=128,out=64", requests=list(_requests(evil)),
    )  # fmt: skip
    yield _figure(
        FigureKind.THROUGHPUT_LATENCY, "Latency over throughput",
        x_title=f"output tokens/s {evil}".strip(), y_title="tpot p50, ms", slo=45.0,
        series=[{"label": f"closed loop {evil}".strip(),
                 "points": [_point(c) for c in CONCURRENCIES]}],
        knee=_knee(),
    )  # fmt: skip
    yield _figure(
        FigureKind.ROOFLINE, "Roofline",
        peak_flops=91.2e9, peak_bytes_per_s=11.4e9,
        source=f"measured here with numpy {evil}".strip(),
        points=[
            {"label": f"prefill {evil}".strip(), "flops_per_byte": 61.0, "flops_per_s": 52.7e9},
            {"label": "decode", "flops_per_byte": 0.5, "flops_per_s": 3.6e9},
        ],
    )  # fmt: skip
    yield _figure(
        FigureKind.TELEMETRY, "The machine meanwhile",
        load=LOADS[-1], at_s=[i / 10 for i in range(300)], series=list(_watched(evil)),
        unstable=[f"the clock fell from 3,400 to 2,100 MHz under load {evil}".strip()],
    )  # fmt: skip


def _estimates() -> Iterator[Estimate]:
    for number, model in enumerate(MODELS):
        slowness = 0.72 if number else 1.0
        for made in _MADE:
            for c, load in zip(CONCURRENCIES, LOADS, strict=True):
                yield _estimate(model, made, c, load, slowness)


def _estimate(model: str, made: _Made, c: int, load: str, slowness: float) -> Estimate:
    factor = slowness if made.is_slower else 1 / slowness
    value = made.base * c**made.power * (factor if made.high is None and made.id != "n_out" else 1)
    stderr = 0.011 * value * (1 + 0.02 * c)
    is_missing = made.id.endswith("_p99") and made.id != "lag_p99"
    interval = Interval(low=value - 2.78 * stderr, high=value + 2.78 * stderr, level=0.95,
                        method="t of logarithms")  # fmt: skip
    whole = Estimate(
        model=model,
        suite=SUITE,
        metric="latency",
        quantity=Quantity(
            id=f"{made.id}@{load}",
            direction=made.direction,
            definition=f"{made.id.replace('_', ' ')} of the requests of one load.",
            low=0.0,
            high=made.high,
            is_headline=made.is_headline,
            unit="round",
        ),
        value=value,
        interval=interval if stderr else None,
        stderr=stderr,
        n=N_ROUNDS,
        n_unscored=0,
        n_clusters=N_ROUNDS,
        signature="percentile:linear|tier:in-process",
    )
    if is_missing and c != 1:
        return replace(whole, value=None, interval=None, stderr=None, n=0, n_unscored=N_ROUNDS,
                       note=_P99_NOTE)  # fmt: skip
    return whole


def _evaluation(model: str, unstable: dict[str, tuple[str, ...]]) -> Evaluation:
    return Evaluation(
        model=model,
        suite=SUITE,
        capability="times",
        n_samples=N_ROUNDS,
        n_answered=N_ROUNDS,
        suite_hash="0a1b" * 16,
        data_hash="2c3d" * 16,
        model_fingerprint="5c1d" * 16,
        wall_s=612.0,
        cpu_s=1180.0,
        tier="in-process",
        unstable=unstable if model == MODELS[0] else {},
    )


def _figure(kind: FigureKind, title: str, **data: object) -> Figure:
    return Figure(kind=kind, title=title, data=data)


def _curve(c: int, evil: str) -> dict[str, object]:
    """Return quantiles of a time that grows with the load, its tail twice as fast."""
    n = N_REQUESTS if c < 16 else 40
    middle, spread = 0.0523 * c**0.6, 0.12 + 0.05 * math.log2(2 * c)
    quantiles = [(i + 0.5) / min(512, n) for i in range(min(512, n))]
    values = [middle * math.exp(spread * math.log(q / (1 - q)) / 1.7) for q in quantiles]
    return {"label": f"c={c},in=128,out=64 {evil}".strip(), "n": n, "values": values}


def _requests(evil: str) -> Iterator[dict[str, object]]:
    yield _request(_Answer("fastest", due=0.0, queue=2.0, prefill=48.0, step=11.5))
    yield _request(_Answer("median", due=900.0, queue=6.0, prefill=71.0, step=12.4, n_reasoning=20))
    yield _request(_Answer("p90", due=2400.0, queue=41.0, prefill=96.0, step=14.2, n_at_once=2))
    yield _request(
        _Answer("slowest", due=4100.0, queue=260.0, prefill=188.0, step=13.0, stall=420.0)
    )
    yield {
        "label": f"failed {evil}".strip(), "due_ms": 5000.0, "sent_ms": 5003.0, "chunk_ms": [],
        "chunk_tokens": None, "channels": "", "ended_ms": 15003.0,
        "failure": f"timeout: no answer within 10 s {evil}".strip(),
    }  # fmt: skip


@dataclass(frozen=True)
class _Answer:
    """One request that was answered; times in milliseconds."""

    label: str
    due: float
    queue: float
    prefill: float
    step: float
    n_reasoning: int = 0
    n_at_once: int = 1
    stall: float = 0.0


def _request(made: _Answer) -> dict[str, object]:
    n, sent = 64 // made.n_at_once, made.due + made.queue
    first, gap = sent + made.prefill, made.step * made.n_at_once
    times = [first + i * gap + (made.stall if i > n // 2 else 0.0) for i in range(n)]
    channels = "".join("r" if i < made.n_reasoning else "c" for i in range(n))
    return {
        "label": made.label, "due_ms": made.due, "sent_ms": sent, "chunk_ms": [sent + 5.0, *times],
        "chunk_tokens": [0, *[made.n_at_once] * n], "channels": f"-{channels}",
        "ended_ms": times[-1] + 3.0, "failure": "",
    }  # fmt: skip


def _point(c: int) -> dict[str, object]:
    y = 12.34 * c**0.35 * (1 + max(0, c - 8) / 20)
    return {"load": f"c={c},in=128,out=64", "x": 76.2 * min(c, 9) ** 0.6, "y": y, "y_p99": 1.4 * y,
            "attainment": 1.0 if c <= 8 else 0.9 - c / 60}  # fmt: skip


def _knee() -> dict[str, object]:
    return {key: value for key, value in _point(8).items() if key in {"load", "x", "y"}}


def _watched(evil: str) -> Iterator[dict[str, object]]:
    steps = range(300)
    clock = [3400.0 - (1300.0 if 140 < i < 200 else 0.0) - 12 * math.sin(i / 3) for i in steps]
    load: list[float | None] = [0.4 + 1.6 * (1 - math.exp(-i / 60)) for i in steps]
    load[60:75] = [None] * 15
    for name, unit, values in (
        ("cpu clock", "MHz", clock),
        ("load average", "", load),
        (f"temperature {evil}".strip(), "°C", [48 + 20 * (1 - math.exp(-i / 90)) for i in steps]),
        ("memory", "B", [(600 + 212 * min(1.0, i / 40)) * 2**20 for i in steps]),
        ("power", "W", [None] * 300),
    ):
        yield {"name": name, "unit": unit, "values": values}


def compared_latency_run(*, is_hostile: bool = False, is_across_runs: bool = False) -> Run:
    """Return the run, its second model judged beside its first; or beside an older run's."""
    run = latency_run(is_hostile=is_hostile)
    findings = tuple(_finding(e, is_across_runs=is_across_runs) for e in run.estimates
                     if e.model == MODELS[1] and e.value)  # fmt: skip
    n = sum(finding.gate is not None for finding in findings)
    pair = Pair(
        suite=SUITE,
        baseline_model=MODELS[0],
        candidate_model=MODELS[1],
        n_baseline=N_PAIRS,
        n_candidate=N_PAIRS,
        n_common=N_PAIRS,
        baseline_coverage=1.0,
        candidate_coverage=1.0,
    )
    judgement = Judgement(
        verdict=Verdict.REGRESSED,
        sentence=f"Something got worse: of {n} gates 6 regressed.",
        comparison=Comparison(
            baseline=run.manifest,
            candidate=run.manifest,
            pairs=(pair,),
            unpaired=(),
            flips=(),
            differences=tuple(finding.difference for finding in findings),
            level=0.95,
            seed=3,
        ),
        findings=findings,
        policy=Policy(),
    )
    return replace(run, judgement=judgement)


def _finding(after: Estimate, *, is_across_runs: bool) -> Finding:
    """Return the candidate's number beside a baseline that was 5 % faster, and wrote more."""
    factor = {Direction.LOWER: 1.052, Direction.HIGHER: 0.95, Direction.NEITHER: 0.82}
    before = (after.value or 0.0) / factor[after.quantity.direction]
    moved = (after.value or 0.0) - before
    stderr = 0.0071 * before
    is_slower = after.quantity.stem == "tpot_p50"
    verdict = Verdict.REGRESSED if is_slower else Verdict.INCONCLUSIVE
    interval = Interval(low=moved - 2.36 * stderr, high=moved + 2.36 * stderr, level=0.95,
                        method="paired-runs-t")  # fmt: skip
    difference = Difference(
        suite=SUITE,
        model=after.model,
        metric=after.metric,
        quantity=after.quantity,
        baseline=before,
        candidate=after.value,
        difference=moved,
        interval=interval,
        stderr=stderr,
        p_value=0.0004,
        test="paired-runs-t",
        detectable=0.02 * before,
        n=N_PAIRS,
        n_clusters=N_PAIRS,
        n_unpaired=0,
        n_higher=7,
        n_lower=1,
    )
    if is_across_runs:
        difference = replace(difference, interval=None, stderr=None, p_value=None, test="",
                             detectable=None, n_higher=None, n_lower=None, note=ACROSS)  # fmt: skip
    return Finding(
        difference=difference,
        verdict=Verdict.INCONCLUSIVE if is_across_runs else verdict,
        reason="slower than the margin allows.",
        gate=Gate(margin=0.03, kind="relative") if after.quantity.is_headline else None,
        margin=0.03 * before,
        noise_floor=0.012 * before,
        p_adjusted=None if is_across_runs else 0.0031,
    )
