"""The synthetic run compared with its baseline: every verdict, slices, flips, a dated shift.

Differences are invented; p-values, corrections and verdicts follow from them by the real rules.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from fakes.synthetic_run import HOSTILE, LABELS, MODELS, SUITES, N, synthetic_run
from harness.core.comparison import Comparison, Difference, Flip, Mismatch, Pair
from harness.core.estimate import Estimate, Interval
from harness.core.history import Alarm, Point, Series, Shift
from harness.core.judgement import Finding, Judgement
from harness.core.policy import DEFAULT_GATES, Gate, Policy
from harness.core.response import Classification, Generation, LogLikelihoods, Response
from harness.core.run import Manifest, Record, Run
from harness.core.verdict import Verdict
from harness.reports.sample_rows import Outcome, outcome_of
from harness.stats.equivalence import judge_change
from harness.stats.multiplicity import benjamini_hochberg, holm
from harness.stats.quantiles import t_two_sided_p

BASELINE_NAME = "release 2.2"
NIGHTS = 40
SHIFT_NIGHT = 28
_FIRST_NIGHT = datetime(2026, 10, 14, 6, 48, tzinfo=UTC)

_MOVES = {
    (0, 0, "accuracy"): (-4.1, 0.38),
    (0, 0, "f1_macro"): (-3.6, 0.38),
    (0, 0, "ece"): (0.4, 0.3),
    (0, 1, "accuracy"): (4.6, 0.4),
    (0, 1, "f1_macro"): (1.1, 0.5),
    (0, 1, "ece"): (-0.2, 0.25),
    (1, 1, "accuracy"): (-0.7, 0.5),
}
"""By suite, model and quantity: the move in standard errors, and those as a share of the
estimate's own, which pairing makes smaller."""
_SLICES = {"law": -4.4, "physics": 0.9, "history": -0.3}
_INVALID_SUITE = SUITES[2]


def synthetic_judgement(
    run: Run, *, is_hostile: bool = False, is_forced: bool = False
) -> Judgement:
    """Return what was said of the run beside its baseline."""
    differences = tuple(_differences(run.estimates))
    findings = _findings(differences)
    gates = [finding for finding in findings if finding.gate is not None]
    counts = ", ".join(
        f"{sum(finding.verdict is verdict for finding in gates)} {verdict.value}"
        for verdict in Verdict
    )
    evil = HOSTILE[0] if is_hostile else ""
    return Judgement(
        verdict=Verdict.REGRESSED,
        sentence=f"Something got worse: of {len(gates)} gates {counts}. {evil}".strip(),
        comparison=Comparison(
            baseline=_baseline(run.manifest, evil),
            candidate=run.manifest,
            pairs=tuple(_pairs(run, is_forced=is_forced)),
            unpaired=(f"translations on {MODELS[1]}: only the baseline has it {evil}".strip(),),
            differences=differences,
            flips=tuple(_flips(tuple(run.records), is_hostile=is_hostile)),
            level=0.95,
            seed=7,
            is_forced=is_forced,
        ),
        findings=findings,
        invalid=(
            (
                f"{_INVALID_SUITE} on {MODELS[1]}: 93.0% of the candidate's samples were scored, "
                "and 95.0% are demanded"
            ),
            f"translations on {MODELS[1]}: only the baseline has it {evil}".strip(),
        ),
        alarms=_alarms(differences),
        policy=Policy(),
        policy_source="gate.toml",
        baseline_name=BASELINE_NAME,
    )


def compared_run(*, n: int = N, is_hostile: bool = False, is_forced: bool = False) -> Run:
    """Return the synthetic run with its judgement and its history."""
    run = synthetic_run(n=n, is_hostile=is_hostile)
    judgement = synthetic_judgement(run, is_hostile=is_hostile, is_forced=is_forced)
    return replace(run, judgement=judgement, history=tuple(synthetic_history(run)))


def with_verdict(run: Run, verdict: Verdict) -> Run:
    """Return a compared run as if every gate had come to the same."""
    assert run.judgement is not None
    findings = tuple(
        replace(finding, verdict=verdict) if finding.gate else finding
        for finding in run.judgement.findings
    )
    n = sum(finding.gate is not None for finding in findings)
    judgement = replace(
        run.judgement,
        verdict=verdict,
        findings=findings,
        sentence=f"Of {n} gates {n} {verdict.value}.",
        invalid=run.judgement.invalid if verdict is Verdict.INVALID else (),
        alarms=(),
    )
    return replace(run, judgement=judgement)


def synthetic_history(run: Run) -> Iterator[Series]:
    """Yield a series for each headline quantity; the first of all shifts for the worse."""
    headlines = [e for e in run.estimates if e.quantity.is_headline and e.slice is None]
    for number, estimate in enumerate(headlines):
        rng = random.Random(number)
        value, spread = estimate.value or 0.0, estimate.stderr or 0.01
        drop = 0.04 if number == 0 else 0.0
        points = tuple(
            _point(night, value + (drop if night < SHIFT_NIGHT else 0.0), spread, rng)
            for night in range(NIGHTS)
        )
        shift = Shift(
            run_id=points[SHIFT_NIGHT].run_id,
            at=points[SHIFT_NIGHT].at,
            before=value + drop,
            after=value,
            p_value=0.0004,
            is_better=False,
        )
        yield Series(
            line="nightly",
            model=estimate.model,
            suite=estimate.suite,
            metric=estimate.metric,
            quantity=estimate.quantity,
            suite_hash="0a1b" * 16,
            data_hash="2c3d" * 16,
            points=points,
            shifts=(shift,) if drop else (),
        )


def _point(night: int, level: float, spread: float, rng: random.Random) -> Point:
    value = level + rng.gauss(0.0, 0.3 * spread)
    at = _FIRST_NIGHT + timedelta(days=night)
    return Point(
        run_id=f"{at:%Y%m%dT%H%M%SZ}-{night:04x}",
        at=at.isoformat(),
        value=value,
        low=value - 1.96 * spread,
        high=value + 1.96 * spread,
        fingerprint="e09b" * 16,
    )


def _baseline(candidate: Manifest, evil: str) -> Manifest:
    models = {name: dict(parts) for name, parts in candidate.models.items()}
    models[MODELS[0]] |= {"fingerprint": "41aa" * 16, "weights": f"{'90be' * 16}{evil}"}
    spec = {**candidate.spec, "name": "Review assistant 2.2", "seed": 7}
    spec["model"] = [
        {"name": MODELS[0], "adapter": "sklearn", "path": "models/reviews-2.2.skops"},
        {"name": MODELS[1], "adapter": "transformers", "dtype": "bfloat16", "device": "cpu"},
    ]
    return replace(
        candidate,
        run_id="20261115T064803Z-91c0",
        name=f"Review assistant 2.2 {evil}".strip(),
        started_at="2026-11-15T06:48:03+00:00",
        ended_at="2026-11-15T06:52:10+00:00",
        models=models,
        spec=spec,
        packages={**candidate.packages, "transformers": "5.0.0", "scipy": "1.16.2"},
        git={"commit": "2f90c1aa", "dirty": "no"},
    )


def _pairs(run: Run, *, is_forced: bool) -> Iterator[Pair]:
    forced = Mismatch(
        what="data",
        baseline="2c3d2c3d",
        candidate="77ee77ee",
        sentence=f"{SUITES[1]}: the data are not the same (2c3d2c3d and 77ee77ee)",
    )
    for e in run.manifest.evaluations:
        yield Pair(
            suite=e.suite,
            baseline_model=e.model,
            candidate_model=e.model,
            n_baseline=e.n_samples,
            n_candidate=e.n_samples,
            n_common=e.n_samples,
            baseline_coverage=1.0,
            candidate_coverage=0.93 if e.suite == _INVALID_SUITE else e.coverage,
            mismatches=(forced,) if is_forced and e.suite == SUITES[1] else (),
        )


def _differences(estimates: Sequence[Estimate]) -> Iterator[Difference]:
    rng = random.Random(11)
    for e in estimates:
        move, share = _move(e, rng)
        stderr = share * (e.stderr or 0.0)
        if e.value is None:
            yield _difference(e, note="undefined on the common samples")
            continue
        change = move * stderr
        half = 1.96 * stderr
        n_moved = round(0.06 * e.n)
        n_up = round(n_moved * (0.5 + max(-0.45, min(0.45, move / 10))))
        is_mean = e.metric in {"confusion", "choice"} and e.quantity.id.startswith("acc")
        yield replace(
            _difference(e, note=""),
            baseline=e.value - change,
            candidate=e.value,
            difference=change,
            interval=Interval(low=change - half, high=change + half, level=0.95, method="t"),
            stderr=stderr,
            p_value=round(t_two_sided_p(move, max(2, e.n - 1)), 6),
            test="paired-t" if is_mean else "paired-bootstrap",
            detectable=2.8 * stderr,
            n_higher=n_up if is_mean else None,
            n_lower=n_moved - n_up if is_mean else None,
        )


def _move(e: Estimate, rng: random.Random) -> tuple[float, float]:
    if e.slice is not None:
        return _SLICES.get(e.slice[1], rng.gauss(0.0, 0.7)), 0.5
    key = (SUITES.index(e.suite), MODELS.index(e.model), e.quantity.id)
    return _MOVES.get(key, (rng.gauss(0.0, 0.8), 0.3))


def _difference(e: Estimate, *, note: str) -> Difference:
    return Difference(
        suite=e.suite,
        model=e.model,
        metric=e.metric,
        quantity=e.quantity,
        slice=e.slice,
        baseline=None,
        candidate=None,
        difference=None,
        interval=None,
        stderr=None,
        p_value=None,
        test="",
        detectable=None,
        n=e.n,
        n_clusters=e.n_clusters,
        n_unpaired=2 if e.slice is None and e.n else 0,
        note=note,
    )


def _findings(differences: Sequence[Difference]) -> tuple[Finding, ...]:
    gates = [_gate(difference) for difference in differences]
    adjusted = _adjusted(differences, gates, is_gated=True) | _adjusted(
        differences, gates, is_gated=False
    )
    return tuple(
        _finding(difference, gate, adjusted.get(i))
        for i, (difference, gate) in enumerate(zip(differences, gates, strict=True))
    )


def _gate(difference: Difference) -> Gate | None:
    if difference.slice is not None or not difference.quantity.is_headline:
        return None
    return DEFAULT_GATES[0] if difference.quantity.high == 1.0 else DEFAULT_GATES[1]


def _adjusted(
    differences: Sequence[Difference], gates: Sequence[Gate | None], *, is_gated: bool
) -> dict[int, float]:
    family = [
        i
        for i, (difference, gate) in enumerate(zip(differences, gates, strict=True))
        if (gate is not None) is is_gated and difference.p_value is not None
    ]
    correct = holm if is_gated else benjamini_hochberg
    values = correct(np.array([differences[i].p_value for i in family], dtype=np.float64))
    return dict(zip(family, map(float, values), strict=True))


def _finding(difference: Difference, gate: Gate | None, p_adjusted: float | None) -> Finding:
    rule = gate or Gate(margin=0.02)
    relative = rule.kind == "relative"
    margin = rule.margin * (abs(difference.baseline or 0.0) if relative else 1.0)
    is_valid = difference.suite != _INVALID_SUITE and difference.difference is not None
    verdict = Verdict.INVALID
    if is_valid and difference.interval is not None:
        verdict = judge_change(
            difference.interval.low,
            difference.interval.high,
            margin,
            difference.quantity.direction,
            is_significant=(p_adjusted or 1.0) <= (0.05 if gate else 0.1),
        )
    return Finding(
        difference=difference,
        verdict=verdict,
        reason=_REASONS[verdict].format(margin=margin),
        gate=gate,
        margin=margin,
        noise_floor=0.004 if difference.quantity.id == "accuracy" else None,
        p_adjusted=p_adjusted if is_valid else None,
        needed_n=_needed(difference, margin) if verdict is Verdict.INCONCLUSIVE else None,
    )


_REASONS = {
    Verdict.REGRESSED: "a proven loss, not shown to stay within the margin of {margin:.3g}",
    Verdict.IMPROVED: "a proven gain, not shown to stay within the margin of {margin:.3g}",
    Verdict.EQUIVALENT: "no loss as large as the margin of {margin:.3g} is left",
    Verdict.INCONCLUSIVE: "not proven, and a loss as large as the margin of {margin:.3g} "
    "is not ruled out",
    Verdict.INVALID: "the pair may not be judged by",
}


def _needed(difference: Difference, margin: float) -> int:
    return math.ceil(7.85 * difference.n * (difference.stderr or 0.0) ** 2 / margin**2)


def _alarms(differences: Sequence[Difference]) -> tuple[Alarm, ...]:
    accuracy, ece = (
        next(d for d in differences if d.quantity.id == name) for name in ("accuracy", "ece")
    )
    return tuple(
        Alarm(
            model=d.model,
            suite=d.suite,
            quantity=d.quantity,
            value=d.candidate or 0.0,
            median=(d.candidate or 0.0) + move,
            z=z,
            p_adjusted=p,
            n=38,
            is_better=False,
            is_confirmed=is_confirmed,
        )
        for d, move, z, p, is_confirmed in (
            (accuracy, 0.041, -6.2, 0.0003, True),
            (ece, -0.011, 3.9, 0.008, False),
        )
    )


def _flips(records: Sequence[Record], *, is_hostile: bool) -> Iterator[Flip]:
    rng = random.Random(5)
    flips = []
    for record in records:
        i = record.sample.index
        outcome = outcome_of(record)
        is_better = outcome is Outcome.RIGHT or (outcome is Outcome.ANSWERED and i % 3 == 0)
        is_moved = i % (14 if is_better else 5) == 3 or (is_hostile and i < len(HOSTILE))
        if not is_moved or not isinstance(record.answer, Response) or not record.scores:
            continue
        before, after = (0.0, 1.0) if is_better else (1.0, 0.0)
        flips.append(
            Flip(
                suite=record.suite,
                model=record.model,
                quantity="rouge_l" if record.suite == SUITES[2] else "accuracy",
                is_better=is_better,
                baseline_value=before,
                candidate_value=after,
                baseline=replace(record, answer=_other(record, record.answer, rng)),
                candidate=record,
            )
        )
    yield from sorted(flips, key=lambda flip: (flip.suite, flip.model, flip.is_better))


def _other(record: Record, answer: Response, rng: random.Random) -> Response:
    """Return what the baseline said: the right answer only where the candidate is wrong."""
    output = answer.output
    if isinstance(output, Generation):
        words = output.text[:2000].split(" ")
        place = rng.randrange(len(words))
        words[place : place + 2] = ["and", "quite", "unlike", "that"]
        return replace(answer, output=replace(output, text=" ".join(words)))
    if isinstance(output, Classification):
        (target,) = record.sample.targets
        said = target if output.label != target else LABELS[LABELS.index(target) - 1]
        scores = tuple(0.81 if label == said else 0.095 for label in LABELS)
        return replace(answer, output=replace(output, labels=LABELS, scores=scores))
    assert isinstance(output, LogLikelihoods)
    choices = record.sample.choices
    best = output.scores.index(max(output.scores, key=lambda score: score.log_likelihood))
    right = choices.index(record.sample.targets[0])
    place = right if best != right else right - 1
    scored = list(output.scores)
    scored[best], scored[place] = scored[place], scored[best]
    return replace(answer, output=LogLikelihoods(tuple(scored)))
