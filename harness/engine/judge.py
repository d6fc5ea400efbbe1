"""Turns differences into findings under a policy, and findings into one verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from harness.core.comparison import Comparison, Difference, Pair
from harness.core.history import Alarm
from harness.core.judgement import Finding, Judgement
from harness.core.noise import Noise
from harness.core.policy import Policy
from harness.core.verdict import Verdict
from harness.engine.gates import gate_for, margin_of, relative_margin, unused_gates, without_value
from harness.engine.load_points import breach_at, remarks_on
from harness.engine.reasons import sentence_of_verdict, with_turn
from harness.engine.ruling import Draft, needed_samples, verdict_on
from harness.engine.validity import evaluation_of, fingerprint_of, invalid_reasons
from harness.stats.multiplicity import benjamini_hochberg, holm
from harness.stats.power import minimum_detectable_effect

_LEAST_STUDIED = 0.9
"""An A/A study of a smaller share of the samples than this has a floor that is too high."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a judgement knows beside the comparison."""

    policy: Policy
    policy_source: str = ""
    baseline_name: str = ""
    noise: tuple[Noise, ...] = ()
    """Of all A/A studies, the oldest first."""
    alarms: tuple[Alarm, ...] = ()
    is_narrowed: bool = False
    """Only some suites were compared: a gate of another one is no mistake."""


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
    n_gates = sum(draft.gate is not None and i in adjusted for i, draft in enumerate(flat))
    remarks = [own for comparison in comparisons for own in remarks_on(comparison)]
    findings = iter(
        [
            replace(_finding(draft, adjusted.get(i), n_gates, context), remarks=remarks[i])
            for i, draft in enumerate(flat)
        ]
    )
    differences = [draft.difference for draft in flat]
    unused = unused_gates(
        context.policy,
        differences,
        one_sided=[one for comparison in comparisons for one in comparison.one_sided],
        is_narrowed=context.is_narrowed,
    )
    family = _Family(unused, n_gates, len(comparisons))
    return tuple(
        _judgement(comparison, tuple(next(findings) for _ in own), family, context)
        for comparison, own in zip(comparisons, drafts, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Family:
    """What all candidates of one judgement share."""

    unused: list[str]
    """A sentence for each gate that holds nothing of any of them."""
    n_gates: int
    n_candidates: int


def _drafts(comparison: Comparison, context: Context) -> list[Draft]:
    bad = invalid_reasons(comparison, context.policy)
    pairs = {(pair.suite, pair.candidate_model): pair for pair in comparison.pairs}
    studied = _studied(comparison, pairs, context.noise)
    explained = {done.suite for done in comparison.candidate.evaluations if done.explainer}
    free = without_value(comparison.differences, context.policy)
    drafts = []
    for i, difference in enumerate(comparison.differences):
        key = (difference.suite, difference.model)
        gate = None if i in free else gate_for(difference, context.policy)
        noise = studied.get((*key, difference.quantity.id, difference.slice))
        floor = noise.floor if noise and noise.n >= _LEAST_STUDIED * difference.n else None
        margin = margin_of(difference, gate, context.policy)
        drafts.append(
            Draft(
                difference=difference,
                gate=gate,
                is_valid=key not in bad and _is_covered(difference, context.policy),
                margin=margin,
                noise_floor=floor,
                is_same_model=_is_same_model(comparison, pairs[key]),
                breach=breach_at(difference.quantity.load, comparison, pairs[key]),
                is_of_method=difference.suite in explained,
                share=relative_margin(difference, gate, context.policy),
            )
        )
    return drafts


def _is_covered(difference: Difference, policy: Policy) -> bool:
    """Tell whether enough samples have a score of this very metric on both sides."""
    n_either = difference.n + difference.n_unpaired
    return difference.n >= policy.min_coverage * n_either


def _studied(
    comparison: Comparison, pairs: Mapping[tuple[str, str], Pair], noise: Iterable[Noise]
) -> dict[tuple[object, ...], Noise]:
    """Return the newest study of each number, on the same question and one of both models."""
    found: dict[tuple[object, ...], Noise] = {}
    for item in noise:
        for (suite, model), pair in pairs.items():
            sides = (
                (comparison.baseline, pair.baseline_model),
                (comparison.candidate, model),
            )
            asked = {
                (done.suite_hash, done.data_hash, fingerprint_of(manifest, done))
                for manifest, name in sides
                if (done := evaluation_of(manifest, suite, name))
            }
            if (item.suite_hash, item.data_hash, item.fingerprint) in asked:
                found[suite, model, item.quantity, item.slice] = item
    return found


def _is_same_model(comparison: Comparison, pair: Pair) -> bool:
    before = evaluation_of(comparison.baseline, pair.suite, pair.baseline_model)
    after = evaluation_of(comparison.candidate, pair.suite, pair.candidate_model)
    if before is None or after is None:
        return False
    fingerprint = fingerprint_of(comparison.baseline, before)
    return bool(fingerprint) and fingerprint == fingerprint_of(comparison.candidate, after)


def _adjusted(drafts: Sequence[Draft], policy: Policy) -> dict[int, float]:
    """Return adjusted p-values by place: the gates are one family, what is watched another."""
    found: dict[int, float] = {}
    for is_gate in (True, False):
        family = [
            (i, draft.difference.p_value)
            for i, draft in enumerate(drafts)
            if (draft.gate is not None) is is_gate
            and draft.is_valid
            and not draft.breach
            and draft.difference.p_value is not None
        ]
        p_values = np.array([p for _, p in family], dtype=np.float64)
        if not is_gate:
            p_values = benjamini_hochberg(p_values)
        elif policy.correction == "holm":
            p_values = holm(p_values)
        found.update({i: float(p) for (i, _), p in zip(family, p_values, strict=True)})
    return found


def _finding(draft: Draft, p_adjusted: float | None, n_gates: int, context: Context) -> Finding:
    policy = context.policy
    is_gate = draft.gate is not None
    alpha = policy.alpha if is_gate else policy.slice_rate
    is_significant = p_adjusted is not None and p_adjusted <= alpha
    verdict, reason = verdict_on(draft, p_adjusted, is_significant=is_significant)
    difference = draft.difference
    if verdict is not Verdict.INVALID:
        reason = with_turn(reason, difference)
    if is_gate and policy.correction == "holm" and n_gates > 1 and difference.detectable:
        difference = replace(
            difference, detectable=difference.detectable * _widening(policy.alpha, n_gates)
        )
    is_open = verdict is Verdict.INCONCLUSIVE
    return Finding(
        difference=difference,
        verdict=verdict,
        reason=reason,
        gate=draft.gate,
        margin=draft.margin,
        noise_floor=draft.noise_floor,
        p_adjusted=p_adjusted,
        needed_n=needed_samples(draft, policy.alpha) if is_open else None,
    )


def _widening(alpha: float, n_gates: int) -> float:
    """How much larger a difference has to be to be seen among so many gates."""
    alone = minimum_detectable_effect(1.0, alpha=alpha)
    return minimum_detectable_effect(1.0, alpha=alpha / n_gates) / alone


def _judgement(
    comparison: Comparison, findings: tuple[Finding, ...], family: _Family, context: Context
) -> Judgement:
    policy = context.policy
    reasons = invalid_reasons(comparison, policy)
    invalid = [sentence for own in reasons.values() for sentence in own]
    invalid += family.unused
    gates = [finding for finding in findings if finding.gate is not None]
    is_open = any(finding.difference.is_across_runs for finding in findings)
    verdict = _overall(gates, invalid, context, is_open=is_open)
    return Judgement(
        verdict=verdict,
        sentence=sentence_of_verdict(verdict, gates, invalid, context.alarms),
        comparison=comparison,
        findings=findings,
        invalid=tuple(invalid),
        alarms=context.alarms,
        policy=policy,
        policy_source=context.policy_source,
        baseline_name=context.baseline_name,
        n_gates=family.n_gates,
        n_candidates=family.n_candidates,
    )


def _overall(
    gates: Sequence[Finding], invalid: Sequence[str], context: Context, *, is_open: bool
) -> Verdict:
    """A proven loss is said first; a pass needs everything to be valid and decided.

    Args:
        gates: findings that decide.
        invalid: sentences of what may not be judged.
        context: policy and alarms.
        is_open: there are figures that only the history can judge.
    """
    verdicts = {finding.verdict for finding in gates}
    is_alarm = context.policy.history == "fail" and any(
        alarm.is_confirmed and alarm.is_better is False for alarm in context.alarms
    )
    if Verdict.REGRESSED in verdicts or is_alarm:
        return Verdict.REGRESSED
    if not gates and is_open and not invalid:
        return Verdict.INCONCLUSIVE
    if invalid or not gates or Verdict.INVALID in verdicts:
        return Verdict.INVALID
    for verdict in (Verdict.INCONCLUSIVE, Verdict.IMPROVED):
        if verdict in verdicts:
            return verdict
    return Verdict.EQUIVALENT
