"""A chart as data: what to draw, not how. Renderers decide the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class FigureKind(StrEnum):
    """Each kind fixes the keys of ``Figure.data``; all lists are plain JSON numbers or strings."""

    CONFUSION_MATRIX = "confusion_matrix"
    """labels: [C]; counts: [C][C], row = target, column = prediction."""
    ROC = "roc"
    """curves: [{label, false_positive_rate: [], true_positive_rate: [], auc}]."""
    PRECISION_RECALL = "precision_recall"
    """curves: [{label, recall: [], precision: [], average_precision, prevalence}]."""
    RELIABILITY = "reliability"
    """bins: [{low, high, n, confidence, accuracy, band_low, band_high}], the band being what a
    perfectly calibrated model would show at this n; ece, ece_band: [low, high]."""
    LEARNING_CURVE = "learning_curve"
    """metric; points: [{n_train, value, low, high}]."""
    HISTOGRAM = "histogram"
    """x_title; edges: [B+1]; counts: [B]."""
    LATENCY_DISTRIBUTION = "latency_distribution"
    """quantity; unit; curves: [{label, n, values: []}]: at most 512 evenly spaced quantiles of n
    requests, rising, one curve per load."""
    REQUEST_TIMELINE = "request_timeline"
    """load; requests: [{label, due_ms (or None), sent_ms, chunk_ms: [], chunk_tokens: [] or None,
    channels, ended_ms, failure}]: a few chosen requests, times since the load began."""
    THROUGHPUT_LATENCY = "throughput_latency"
    """x_title; y_title; slo (or None); series: [{label, points: [{load, x, y, y_p99 (or None),
    attainment (or None)}]}]; knee: {load, x, y} or None."""
    ROOFLINE = "roofline"
    """peak_flops; peak_bytes_per_s; source; points: [{label, flops_per_byte, flops_per_s}]."""
    TELEMETRY = "telemetry"
    """load; at_s: []; series: [{name, unit, values: [] with None}]; unstable: [sentence];
    unwatched: [name]; energy: where it was read, or ``absent: `` and why it was not; missing in
    runs of before."""
    ATTACK_BUDGET = "attack_budget"
    """n: attacked samples; curves: [{label, n_queries: [], success_rate: []}]: the share of them
    that has fallen within so many queries, a step upward at each number; the first curve is the
    attack's, a second one the random search's."""
    ACCURACY_BY_DEPTH = "accuracy_by_depth"
    """series: [{label, points: [{depth, value, low, high (each or None), n, n_unscored}]}]: depth
    in [0, 1] is where the evidence stands in its context, one series for each length."""
    FORMS = "forms"
    """quantity; n; forms: [{label, shown, value, low, high}], ends None where there is no
    interval; spread; if_equal: {low, high, p_value, n_permutations}: what the spread would be if
    all forms were alike."""
    POSITIONS = "positions"
    """n; positions: [{position (from 1), accuracy, low, high, share, share_low, share_high,
    uniform}]: how often the right answer is found at each place, and how often that place is
    picked; ends None where there is no interval."""
    GROUP_GAPS = "group_gaps"
    """n; level; gaps: [{id, gap, by, value (or None), ends: which group is lowest and highest,
    if_equal: None or {expected, low, high, p_value, p_adjusted (Holm), n_permutations}: what the
    gap would be if groups of these sizes were alike}]; left_out: {by: [group (size)]}."""
    GROUPS = "groups"
    """by; positive (or None); left_out: [group (size)]; groups: [{label, n, n_positive (or None),
    rates: {name: {value, low, high}}}], each None where it is undefined."""
    FAIRNESS_TRADEOFF = "fairness_tradeoff"
    """by; positive; n; current: {threshold, accuracy, balanced_accuracy, demographic_parity,
    equalized_odds}; points: [the same]: one for each threshold, rising; gaps None where they are
    undefined."""
    COUNTERFACTUAL = "counterfactual"
    """label; measure: ``scores`` or ``labels``; has_control; n; pairs: [{id, written, swapped, n,
    value, low, high, size, p_value, p_holm}]: the mean signed change of the label's score (or of
    the share that gets it) when the terms of one group are swapped for those of another, and its
    mean size; any number may be None, and ``written`` equals ``swapped`` for a control. With a
    control p is of the change beyond it."""
    COUNTERFACTUAL_EXAMPLES = "counterfactual_examples"
    """axis; label; n; n_asked; n_texts; left_out: {reason: number}; n_changed; examples: [{id,
    written, swapped, from, to, target, label_before, label_after, score_before, score_after}], the
    worst first, scores None where there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One chart of one suite and model."""

    kind: FigureKind
    title: str
    data: Mapping[str, object]
