"""Turns differences into findings under a policy, and findings into one verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness.core.comparison import Comparison, Difference, Pair
from harness.core.history import Alarm
from harness.core.judgement import Finding, Judgement
from harness.core.noise import Noise
from harness.core.policy import Gate, Policy
from harness.core.verdict import Verdict
from harness.engine.gates import gate_for, margin_of, unused_gates
from harness.engine.reasons import reason_of, sentence_of_verdict
from harness.engine.validity import evaluation_of, invalid_reasons
from harness.stats.equivalence import judge_change
from harness.stats.multiplicity import benjamini_hochberg, holm
from harness.stats.power import needed_n

_LEAST_STUDIED = 0.9
"""An A/A study of a smaller share of the samples than this has a floor that is too high."""
MIN_IDENTICAL = 10
"""Fewer samples than this, all alike, tell nothing of a number without bounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a judgement knows beside the comparison."""

    policy: Policy
    policy_source: str = ""
    baseline_name: str = ""
    noise: tuple[Noise, ...] = ()
    """Of all A/A studies, the oldest first."""
    alarms: tuple[Alarm, ...] = ()


@dataclass(frozen=True, slots=True)
class _Draft:
    """A difference on its way to a finding."""

    difference: Difference
    gate: Gate | None
    is_valid: bool
    margin: float
    noise_floor: float | None
    is_same_model: bool


def judge(comparisons: Sequence[Comparison], context: Context) -> tuple[Judgement, ...]:
    """Judge candidates against their baseline.

    The gates of all comparisons are one family: Holm's correction holds the chance of any false
    alarm among them at or under ``policy.alpha``. What has no gate is watched: corrected by
    Benjamini and Hochberg, pointed out, and without influence on the verdict.

    Args:
        comparisons: of one or several candidates.
        context: the policy, and what is known of noise and history.

    Returns:
        One judgement per comparison.
    """
    drafts = [_drafts(comparison, context) for comparison in comparisons]
    flat = [draft for own in drafts for draft in own]
    adjusted = _adjusted(flat, context.policy)
    findings = iter([_finding(draft, adjusted.get(i), context) for i, draft in enumerate(flat)])
    return tuple(
        _judgement(comparison, tuple(next(findings) for _ in own), context)
        for comparison, own in zip(comparisons, drafts, strict=True)
    )


def _drafts(comparison: Comparison, context: Context) -> list[_Draft]:
    bad = invalid_reasons(comparison, context.policy)
    pairs = {(pair.suite, pair.candidate_model): pair for pair in comparison.pairs}
    studied = _studied(comparison, pairs, context.noise)
    drafts = []
    for difference in comparison.differences:
        key = (difference.suite, difference.model)
        gate = gate_for(difference, context.policy)
        noise = studied.get((*key, difference.quantity.id, difference.slice))
        floor = noise.floor if noise and noise.n >= _LEAST_STUDIED * difference.n else None
        margin = margin_of(difference, gate, context.policy)
        drafts.append(
            _Draft(
                difference=difference,
                gate=gate,
                is_valid=key not in bad,
                margin=max(margin, floor or 0.0),
                noise_floor=floor,
                is_same_model=_is_same_model(comparison, pairs[key]),
            )
        )
    return drafts


def _studied(
    comparison: Comparison, pairs: Mapping[tuple[str, str], Pair], noise: Iterable[Noise]
) -> dict[tuple[object, ...], Noise]:
    """Return the newest study of each number, on the same question and one of both models."""
    found: dict[tuple[object, ...], Noise] = {}
    for item in noise:
        for (suite, model), pair in pairs.items():
            sides = (
                evaluation_of(comparison.baseline, suite, pair.baseline_model),
                evaluation_of(comparison.candidate, suite, model),
            )
            asked = {(e.suite_hash, e.data_hash, e.model_fingerprint) for e in sides if e}
            if (item.suite_hash, item.data_hash, item.fingerprint) in asked:
                found[suite, model, item.quantity, item.slice] = item
    return found


def _is_same_model(comparison: Comparison, pair: Pair) -> bool:
    before = evaluation_of(comparison.baseline, pair.suite, pair.baseline_model)
    after = evaluation_of(comparison.candidate, pair.suite, pair.candidate_model)
    if before is None or after is None or not before.model_fingerprint:
        return False
    return before.model_fingerprint == after.model_fingerprint


def _adjusted(drafts: Sequence[_Draft], policy: Policy) -> dict[int, float]:
    """Return adjusted p-values by place: the gates are one family, what is watched another."""
    found: dict[int, float] = {}
    for is_gate in (True, False):
        family = [
            (i, draft.difference.p_value)
            for i, draft in enumerate(drafts)
            if (draft.gate is not None) is is_gate
            and draft.is_valid
            and draft.difference.p_value is not None
        ]
        p_values = np.array([p for _, p in family], dtype=np.float64)
        if not is_gate:
            p_values = benjamini_hochberg(p_values)
        elif policy.correction == "holm":
            p_values = holm(p_values)
        found.update({i: float(p) for (i, _), p in zip(family, p_values, strict=True)})
    return found


def _finding(draft: _Draft, p_adjusted: float | None, context: Context) -> Finding:
    difference = draft.difference
    alpha = context.policy.alpha if draft.gate is not None else context.policy.slice_rate
    is_significant = p_adjusted is not None and p_adjusted <= alpha
    verdict = _verdict(draft, is_significant=is_significant)
    is_open = verdict is Verdict.INCONCLUSIVE
    return Finding(
        difference=difference,
        verdict=verdict,
        reason=reason_of(
            difference, verdict, draft.margin, p_adjusted, is_same_model=draft.is_same_model
        ),
        gate=draft.gate,
        margin=draft.margin,
        noise_floor=draft.noise_floor,
        p_adjusted=p_adjusted,
        needed_n=_needed_n(draft, context.policy.alpha) if is_open else None,
    )


def _needed_n(draft: _Draft, alpha: float) -> int | None:
    """Return how many samples would decide, clustered as these are.

    None where these are as many: then it was chance, or a change about as large as the margin,
    that left the matter open.
    """
    stderr, n = draft.difference.stderr, draft.difference.n
    if not stderr or draft.margin <= 0:
        return None
    wanted = needed_n(draft.margin, stderr**2 * n, alpha=alpha)
    return wanted if wanted > n else None


def _verdict(draft: _Draft, *, is_significant: bool) -> Verdict:
    difference = draft.difference
    if not draft.is_valid or difference.difference is None:
        return Verdict.INVALID
    if difference.test == "identical":
        # The same model gave the same scores; or a number without bounds agrees throughout.
        is_known = draft.is_same_model or difference.interval is None
        if is_known and difference.n_clusters >= MIN_IDENTICAL:
            return Verdict.EQUIVALENT
    low = high = difference.difference
    if difference.interval is not None:
        low, high = difference.interval.low, difference.interval.high
    elif not is_significant:
        return Verdict.INCONCLUSIVE
    # Where all resamples agree (all was right, and nothing is) there are a p and no interval.
    return judge_change(
        low,
        high,
        draft.margin,
        difference.quantity.direction,
        is_significant=is_significant,
    )


def _judgement(
    comparison: Comparison, findings: tuple[Finding, ...], context: Context
) -> Judgement:
    policy = context.policy
    reasons = invalid_reasons(comparison, policy)
    invalid = [sentence for own in reasons.values() for sentence in own]
    invalid += unused_gates(policy, comparison.differences)
    gates = [finding for finding in findings if finding.gate is not None]
    verdict = _overall(gates, invalid, context)
    return Judgement(
        verdict=verdict,
        sentence=sentence_of_verdict(verdict, gates),
        comparison=comparison,
        findings=findings,
        invalid=tuple(invalid),
        alarms=context.alarms,
        policy=policy,
        policy_source=context.policy_source,
        baseline_name=context.baseline_name,
    )


def _overall(gates: Sequence[Finding], invalid: Sequence[str], context: Context) -> Verdict:
    """A proven loss is said first; a pass needs everything to be valid and decided."""
    verdicts = {finding.verdict for finding in gates}
    is_alarm = context.policy.history == "fail" and any(
        alarm.is_confirmed and alarm.is_better is False for alarm in context.alarms
    )
    if Verdict.REGRESSED in verdicts or is_alarm:
        return Verdict.REGRESSED
    if invalid or not gates or Verdict.INVALID in verdicts:
        return Verdict.INVALID
    for verdict in (Verdict.INCONCLUSIVE, Verdict.IMPROVED):
        if verdict in verdicts:
            return verdict
    return Verdict.EQUIVALENT
