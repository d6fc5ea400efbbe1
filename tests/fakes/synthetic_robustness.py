"""A run with disturbed suites that never was: typos hurt, casing is idle, an attack succeeds."""

from __future__ import annotations

from dataclasses import replace

from fakes.synthetic_run import HOSTILE, synthetic_run
from harness.core.attacked import Attacked, Outcome
from harness.core.comparison import Difference
from harness.core.estimate import Estimate, Interval
from harness.core.request import Classify
from harness.core.response import Classification, Failure, FailureKind, Response
from harness.core.robustness import (
    Attacks,
    Disturbed,
    Drop,
    Example,
    Overall,
    Robustness,
    Share,
)
from harness.core.run import Evaluation, Record, Run
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity

ACCURACY = Quantity(
    id="accuracy", direction=Direction.HIGHER, definition="share that is right", is_headline=True
)
SUCCESS = Quantity(
    id="success_rate", direction=Direction.LOWER, definition="of the right", is_headline=True
)
CLEAN = "movie sentiment"


def interval(low: float, high: float) -> Interval:
    """Return an interval at 95 %."""
    return Interval(low=low, high=high, level=0.95, method="t")


def change(value: float, half: float = 0.04, **more: object) -> Difference:
    """Return how far accuracy is from 0.8."""
    known = Difference(
        suite="", model="reviews-lr", metric="confusion", quantity=ACCURACY, baseline=0.8,
        candidate=0.8 + value, difference=value, interval=interval(value - half, value + half),
        stderr=half / 2, p_value=0.001, test="mcnemar-exact", detectable=None, n=100,
        n_clusters=100, n_unpaired=0,
    )  # fmt: skip
    return replace(known, **more)  # type: ignore[arg-type]


def disturbed(
    name: str, value: float, p_adjusted: float | None, *, n_changed: int = 90, **more: object
) -> Disturbed:
    """Return one perturbation."""
    known = Disturbed(
        suite=f"{CLEAN} ~ {name}",
        perturbation=name,
        drops=(Drop(difference=change(value), p_adjusted=p_adjusted),),
        changed=Share(n_hits=n_changed, n=100, interval=interval(0.8, 0.95)),
        flipped=Share(n_hits=12, n=100, interval=interval(0.07, 0.2)),
    )
    return replace(known, **more)  # type: ignore[arg-type]


def record(suite: str, text: str, answer: str | Attacked | Failure, id_: str = "r1") -> Record:
    """Return what a model said of a text."""
    output = (
        Classification(
            labels=("bad", "good"),
            is_probability=True,
            scores=(0.2, 0.8) if answer == "good" else (0.8, 0.2),
        )
        if isinstance(answer, str)
        else answer
    )
    return Record(
        model="reviews-lr",
        suite=suite,
        sample=Sample(id=id_, index=0, text=text, targets=("good",)),
        payload=Classify(text=text),
        answer=output if isinstance(output, Failure) else Response(output=output),
    )


def attacked(text: str) -> Attacked:
    """Return a success."""
    return Attacked(
        outcome=Outcome.SUCCEEDED, text=text, label="bad", p_right=0.3, clean_label="good",
        clean_p_right=0.8, n_words=3, n_changed=1, n_queries=12, n_sent=9,
    )  # fmt: skip


def success_rate(value: float | None = 0.85) -> Estimate:
    """Return the number of an attack."""
    return Estimate(
        model="reviews-lr", suite=f"{CLEAN} ! pwws", metric="attack_success", quantity=SUCCESS,
        value=value, interval=None if value is None else interval(0.75, 0.92), stderr=None, n=80,
        n_unscored=20, n_clusters=80,
    )  # fmt: skip


def accuracy_left() -> Estimate:
    """Return the other number of an attack that turns labels."""
    quantity = replace(SUCCESS, id="accuracy_under_attack", definition="of all")
    return replace(success_rate(0.12), quantity=quantity, interval=interval(0.06, 0.2), n=100)


def synthetic_robustness() -> Robustness:
    """Return it."""
    hostile = HOSTILE[0] + HOSTILE[5]
    return Robustness(
        model="reviews-lr",
        suite=CLEAN,
        level=0.95,
        disturbed=(
            disturbed("typos", -0.2, 0.0005),
            disturbed("ocr", -0.02, 0.4, n_failed=7),
            disturbed("casing", 0.0, None, n_changed=0),
            disturbed("negation", -0.5, None, changes_target=True),
        ),
        overall=(
            Overall(
                kind="worst", difference=change(-0.25, p_value=None, test=""), n_left_out=7,
                interval=interval(0.45, 0.65),
            ),
            Overall(
                kind="mean", difference=change(-0.11, p_value=None, test=""), n_left_out=7,
                interval=interval(0.63, 0.75),
            ),
        ),
        attacks=(
            Attacks(
                suite=f"{CLEAN} ! pwws", attack="pwws", estimates=(success_rate(), accuracy_left())
            ),
        ),
        examples=(
            Example(
                by="typos",
                clean=record(CLEAN, "a good film", "good"),
                disturbed=record(f"{CLEAN} ~ typos", "a g\u043e\u043ed film\u202e", "bad"),
            ),
            Example(
                by="pwws",
                clean=record(CLEAN, f"a good film {hostile}", "good"),
                disturbed=record(f"{CLEAN} ! pwws", "", attacked(f"a honest film {hostile}")),
            ),
            Example(
                by="ocr",
                clean=record(CLEAN, "a good film", "good"),
                disturbed=record(
                    f"{CLEAN} ~ ocr",
                    "a g00d film",
                    Failure(kind=FailureKind.TIMEOUT, message=HOSTILE[0]),
                ),
            ),
        ),
        notes=("metric 'x' was kept without its options",),
    )  # fmt: skip


def disturbed_run(*, n: int = 30) -> Run:
    """Return a whole run with it, its disturbed suites among the evaluations."""
    run = synthetic_run(n=n)
    found = synthetic_robustness()
    twins = tuple(
        Evaluation(
            model=found.model, suite=row.suite, capability="classifies", n_samples=100,
            n_answered=100, clean=CLEAN, perturbation=row.perturbation,
        )
        for row in found.disturbed
    )  # fmt: skip
    attack = replace(twins[0], suite=f"{CLEAN} ! pwws", perturbation="", attack="pwws")
    warnings = tuple(f"{twin.suite} on {twin.model}: few texts were changed" for twin in twins[2:])
    manifest = replace(
        run.manifest, evaluations=(*run.manifest.evaluations, *twins, attack), warnings=warnings
    )
    numbers = tuple(
        Estimate(
            model=found.model, suite=row.suite, metric="confusion", quantity=ACCURACY,
            value=row.drops[0].difference.candidate, interval=None, stderr=None, n=100,
            n_unscored=0, n_clusters=100,
        )
        for row in found.disturbed
    )  # fmt: skip
    return replace(
        run,
        manifest=manifest,
        estimates=(*run.estimates, *numbers, success_rate()),
        robustness=(found,),
    )
