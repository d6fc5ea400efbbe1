"""A run that never happened: two models, three suites, every kind of figure, seeded throughout."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.core.estimate import Estimate, Interval
from harness.core.figure import Figure, FigureKind
from harness.core.request import Generate
from harness.core.response import (
    Classification,
    ContinuationScore,
    Failure,
    FailureKind,
    Generation,
    LogLikelihoods,
    Response,
)
from harness.core.run import Evaluation, Manifest, Record, Run, Status
from harness.core.sample import Sample
from harness.core.schema import SCHEMA_VERSION
from harness.core.score import Direction, Quantity

MODELS = ("reviews-lr", "SmolLM2-135M-Instruct")
SUITES = ("movie sentiment", "commonsense questions", "summaries")
LABELS = ("negative", "neutral", "positive")
SUBJECTS = ("biology", "everyday life", "history", "law", "physics")
N = 400

HOSTILE = (
    "</script><img src=x onerror=alert(1)>",
    "<!--<script>alert(2)",
    "line\u2028separator\u2029end",
    "lone \ud800 surrogate",
    "nul \x00 and escape \x1b[31m",
    "right to left \u202e gnp.exe",
    "{{7*7}} {% raw %} ${7*7}",
    "'\"><svg onload=alert(3)> javascript:alert(4)",
    "![image](https://evil.example/x.png) https://evil.example",
    '=HYPERLINK("https://evil.example")',
    "hidden \U000e0041\U000e0042 tag",
    "x" * 1_000_000,
)

_TEXTS = (
    "A quiet film that trusts its audience, and is the better for it.",
    "Two hours of my life that I would like to have back.",
    "It is a film. People speak, then it ends.",
    (
        "The second half loses the thread, yet the performances carry it; I left the cinema moved "
        "and slightly annoyed at having been moved by such an obvious device, which is perhaps the "
        "most honest thing one can say about melodrama of this kind."
    ),
    "Funny, warm and far cleverer than its poster.",
)


def synthetic_run(*, status: Status = Status.COMPLETE, is_hostile: bool = False, n: int = N) -> Run:
    """Return the run; a hostile one carries ``HOSTILE`` wherever somebody else writes."""
    records = tuple(_records(n, is_hostile=is_hostile))
    return Run(
        manifest=_manifest(records, n, status, is_hostile=is_hostile),
        estimates=tuple(_estimates(n)),
        figures=_figures(is_hostile=is_hostile),
        records=records,
    )


def without_numbers(run: Run) -> Run:
    """Return the run as if nothing had been measured."""
    evaluations = tuple(
        replace(e, n_answered=0, n_failed=0, failures={}) for e in run.manifest.evaluations
    )
    manifest = replace(run.manifest, evaluations=evaluations, status=Status.INCOMPLETE)
    return Run(manifest=manifest, estimates=(), figures={}, records=())


@dataclass(frozen=True)
class _Measured:
    id: str
    value: float
    stderr: float
    is_headline: bool = False
    direction: Direction = Direction.HIGHER
    low: float | None = 0.0
    high: float | None = 1.0
    metric: str = "confusion"
    definition: str = "Share of samples whose predicted label is the target."


_CLASSIFICATION = (
    _Measured("accuracy", 0.812, 0.0195, is_headline=True),
    _Measured(
        "f1_macro", 0.794, 0.021, is_headline=True, definition="Mean of the classes' F1 (sklearn)."
    ),
    _Measured(
        "ece",
        0.043,
        0.011,
        is_headline=True,
        direction=Direction.LOWER,
        metric="calibration",
        definition="Expected calibration error, 10 equal-width bins (Guo et al. 2017).",
    ),
    _Measured("mcc", 0.71, 0.03, low=-1.0, definition="Matthews correlation coefficient."),
    _Measured(
        "log_loss",
        0.512,
        0.04,
        direction=Direction.LOWER,
        high=None,
        metric="calibration",
        definition="Mean negative log-probability of the target.",
    ),
    _Measured("prevalence_positive", 0.341, 0.024, direction=Direction.NEITHER),
)
_CHOICE = (
    _Measured("accuracy", 0.4625, 0.0249, is_headline=True, metric="choice"),
    _Measured("accuracy_norm", 0.4875, 0.025, metric="choice"),
)
_GENERATION = (
    _Measured(
        "bleu",
        18.37,
        0.92,
        is_headline=True,
        high=100.0,
        metric="bleu",
        definition="Corpus BLEU (sacrebleu), 0 to 100.",
    ),
    _Measured("rouge_l", 0.331, 0.0081, is_headline=True, metric="rouge"),
    _Measured(
        "perplexity",
        23.44,
        1.21,
        is_headline=True,
        direction=Direction.LOWER,
        low=1.0,
        high=None,
        metric="perplexity",
        definition="exp of the mean negative log-likelihood per token.",
    ),
    _Measured(
        "length_ratio", 1.12, 0.014, direction=Direction.NEITHER, high=None, metric="length_ratio"
    ),
)
_MEASURED = dict(zip(SUITES, (_CLASSIFICATION, _CHOICE, _GENERATION), strict=True))


def _pairs() -> Iterator[tuple[str, str]]:
    """Yield (model, suite) as run: the classifier answers the first suite alone."""
    yield MODELS[0], SUITES[0]
    for suite in SUITES:
        yield MODELS[1], suite


def _estimates(n: int) -> Iterator[Estimate]:
    for model, suite in _pairs():
        for measured in _MEASURED[suite]:
            factor = 0.87 if (model, suite) == (MODELS[1], SUITES[0]) else 1.0
            yield _estimate(model, suite, replace(measured, value=measured.value * factor), n)
            if measured.is_headline and suite == SUITES[1]:
                for i, subject in enumerate(SUBJECTS):
                    value = measured.value + 0.09 * math.sin(2.1 * i)
                    part = replace(measured, value=value, stderr=measured.stderr * 2.2)
                    whole = _estimate(model, suite, part, n // len(SUBJECTS))
                    yield replace(whole, slice=("subject", subject))
    yield replace(
        _estimate(MODELS[1], SUITES[2], _Measured("self_bleu", 0.0, 0.0, metric="self_bleu"), 0),
        value=None,
        interval=None,
        stderr=None,
        note="needs at least two answers to one prompt",
    )


def _estimate(model: str, suite: str, measured: _Measured, n: int) -> Estimate:
    low, high = measured.value - 1.96 * measured.stderr, measured.value + 1.96 * measured.stderr
    return Estimate(
        model=model,
        suite=suite,
        metric=measured.metric,
        quantity=Quantity(
            id=measured.id,
            direction=measured.direction,
            definition=measured.definition,
            low=measured.low,
            high=measured.high,
            is_headline=measured.is_headline,
        ),
        value=measured.value,
        interval=Interval(low=low, high=high, level=0.95, method="bootstrap-percentile, 2000"),
        stderr=measured.stderr,
        n=n - n // 40,
        n_unscored=n // 40,
        n_clusters=n - n // 40,
        seed=7,
        signature=f"data:ab12|metric:{measured.metric}|v:0.1",
    )


def _manifest(records: tuple[Record, ...], n: int, status: Status, *, is_hostile: bool) -> Manifest:
    evil = HOSTILE[0] if is_hostile else ""
    return Manifest(
        schema_version=SCHEMA_VERSION,
        run_id="20261122T064812Z-4f2a",
        name=f"Review assistant 2.3 {evil}".strip(),
        status=status,
        started_at="2026-11-22T06:48:12+00:00",
        ended_at="" if status is Status.RUNNING else "2026-11-22T06:52:31+00:00",
        seed=7,
        spec={
            "name": "Review assistant 2.3",
            "seed": 7,
            "limit": None,
            "model": [
                {"name": MODELS[0], "adapter": "sklearn", "path": "models/reviews.skops"},
                {"name": MODELS[1], "adapter": "transformers", "dtype": "float32"},
            ],
            "suite": [{"name": suite, "columns": {"text": "text"}} for suite in SUITES],
        },
        models={
            MODELS[0]: {"fingerprint": "5c1d" * 16, "weights": "77aa" * 16, "settings": "C=1.0"},
            MODELS[1]: {
                "fingerprint": "e09b" * 16,
                "weights": "bcc8" * 16,
                "tokenizer": "19f0" * 16,
                "template": evil or "chatml",
            },
        },
        evaluations=tuple(_evaluation(pair, records, n) for pair in _pairs()),
        packages={"numpy": "2.4.1", "torch": "2.13.0+cpu", "transformers": "5.1.0"},
        git={"commit": "68b1103f", "dirty": "no"},
        hardware={"cpu": "2 cores, x86_64", "memory": "16 GiB"},
        warnings=(evil,) if is_hostile else (),
    )


def _evaluation(pair: tuple[str, str], records: tuple[Record, ...], n: int) -> Evaluation:
    model, suite = pair
    failures: dict[str, int] = {}
    for record in records:
        if (record.model, record.suite) == pair and isinstance(record.answer, Failure):
            failures[record.answer.kind.value] = failures.get(record.answer.kind.value, 0) + 1
    n_failed = sum(failures.values())
    return Evaluation(
        model=model,
        suite=suite,
        capability="classifies" if model == MODELS[0] else "scores",
        n_samples=n,
        n_answered=n - n_failed,
        n_failed=n_failed,
        failures=failures,
        suite_hash="0a1b" * 16,
        data_hash="2c3d" * 16,
        model_fingerprint="e09b" * 16,
        wall_s=64.2,
        cpu_s=118.0,
        n_input_tokens=41_250,
        n_output_tokens=3_180,
    )


def _records(n: int, *, is_hostile: bool) -> Iterator[Record]:
    rng = random.Random(7)
    for model, suite in _pairs():
        for i in range(n):
            text = rng.choice(_TEXTS)
            if is_hostile and i < len(HOSTILE):
                text = HOSTILE[i]
            yield _record(model, suite, i, text, rng)


def _record(model: str, suite: str, i: int, text: str, rng: random.Random) -> Record:
    choices = ("a harmless guess", "the right answer", text) if suite == SUITES[1] else ()
    target = rng.choice(LABELS) if suite == SUITES[0] else "the right answer"
    sample = Sample(
        id=f"{suite[:3]}-{i:04}", index=i, text=text, targets=(target,), choices=choices
    )
    failed = suite == SUITES[2] and i % 57 == 5
    unread = suite == SUITES[0] and i % 61 == 7
    return Record(
        model=model,
        suite=suite,
        sample=sample,
        payload=Generate(prompt=f"Review: {text}\nLabel:"),
        answer=_failure(i, text) if failed else _response(suite, target, text, rng),
        scores={} if failed or unread else {"confusion.correct": 1.0, "calibration.loss": 0.2231},
        unscored={"confusion": "the answer is none of the labels"} if unread else {},
    )


def _failure(i: int, text: str) -> Failure:
    kind = FailureKind.TIMEOUT if i % 2 else FailureKind.RATE_LIMITED
    return Failure(kind=kind, message=f"no answer within 30 s to {text[:40]!r}", n_attempts=3)


def _response(suite: str, target: str, text: str, rng: random.Random) -> Response:
    if suite == SUITES[0]:
        top = round(rng.uniform(0.5, 0.98), 3)
        picked = target if rng.random() < top else rng.choice(LABELS)
        scores = tuple(top if label == picked else (1 - top) / 2 for label in LABELS)
        return Response(output=Classification(labels=LABELS, scores=scores, is_probability=True))
    if suite == SUITES[1]:
        likelihoods = [rng.uniform(-30, -5) for _ in range(3)]
        scored = tuple(ContinuationScore(value, 6, is_greedy=False) for value in likelihoods)
        return Response(output=LogLikelihoods(scored))
    reason = "length" if rng.random() < 0.1 else "stop"
    return Response(output=Generation(text=f"In short: {text}", finish_reason=reason))


def _figures(*, is_hostile: bool) -> dict[tuple[str, str], tuple[Figure, ...]]:
    labels = [*LABELS[:2], '<a href="https://evil.example">x</a>' if is_hostile else LABELS[2]]
    classification = (
        _figure(FigureKind.CONFUSION_MATRIX, "Confusion matrix", labels=labels,
                counts=[[112, 14, 7], [19, 98, 16], [6, 13, 105]]),
        _figure(FigureKind.ROC, "ROC, one against the rest", curves=[_roc(x) for x in labels]),
        _figure(FigureKind.PRECISION_RECALL, "Precision and recall",
                curves=[_precision(label) for label in labels]),
        _figure(FigureKind.RELIABILITY, "Reliability", bins=[_bin(i) for i in range(10)],
                ece=0.043, ece_band=[0.018, 0.039]),
    )  # fmt: skip
    learning = _figure(
        FigureKind.LEARNING_CURVE,
        "Learning curve",
        metric="accuracy",
        points=[
            {"n_train": n, "value": 0.85 - 2.5 / math.sqrt(n), "low": 0.83 - 3 / math.sqrt(n),
             "high": 0.87 - 2 / math.sqrt(n)}
            for n in (50, 100, 200, 400, 800, 1600)
        ],
    )  # fmt: skip
    histogram = _figure(
        FigureKind.HISTOGRAM,
        "Length of answers",
        x_title="tokens",
        edges=[10 * i for i in range(13)],
        counts=[3, 11, 34, 61, 80, 72, 55, 38, 21, 12, 6, 2],
    )
    return {
        (MODELS[0], SUITES[0]): (*classification, learning),
        (MODELS[1], SUITES[0]): classification,
        (MODELS[1], SUITES[2]): (histogram,),
    }


def _figure(kind: FigureKind, title: str, **data: object) -> Figure:
    return Figure(kind=kind, title=title, data=data)


def _roc(label: str) -> dict[str, object]:
    power = 3 + len(label) % 4
    grid = [i / 1000 for i in range(1001)]
    rates = [1 - (1 - x) ** power for x in grid]
    return {"label": label, "false_positive_rate": grid, "true_positive_rate": rates,
            "auc": power / (power + 1)}  # fmt: skip


def _precision(label: str) -> dict[str, object]:
    grid = [i / 200 for i in range(201)]
    power = 3 + len(label) % 4
    return {"label": label, "recall": grid, "precision": [1 - 0.67 * x**power for x in grid],
            "average_precision": 1 - 0.67 / (power + 1), "prevalence": 0.33}  # fmt: skip


def _bin(i: int) -> dict[str, object]:
    low, n = i / 10, (0, 0, 0, 12, 41, 66, 84, 97, 61, 29)[i]
    middle = low + 0.05
    half = 1.96 * math.sqrt(middle * (1 - middle) / n) if n else 0.0
    return {
        "low": low, "high": low + 0.1, "n": n,
        "confidence": middle if n else None,
        "accuracy": middle - 0.09 * math.sin(4 * middle) if n else None,
        "band_low": max(0.0, middle - half) if n else None,
        "band_high": min(1.0, middle + half) if n else None,
    }  # fmt: skip
