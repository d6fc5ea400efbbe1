"""A judgement as plain data: every number, and of the flips no text."""

from __future__ import annotations

from harness.core.comparison import Comparison, Flip
from harness.core.judgement import Judgement
from harness.reports.plain_data import Json, plain


def judgement_data(judgement: Judgement) -> dict[str, Json]:
    """Return the whole judgement; both answers of a flip stay in the run folders."""
    return {
        "verdict": judgement.verdict.value,
        "sentence": judgement.sentence,
        "invalid": plain(judgement.invalid),
        "alarms": plain(judgement.alarms),
        "policy": plain(judgement.policy),
        "policy_source": judgement.policy_source,
        "baseline_name": judgement.baseline_name,
        "n_gates": judgement.n_gates,
        "n_candidates": judgement.n_candidates,
        "findings": plain(judgement.findings),
        "comparison": _comparison(judgement.comparison),
    }


def _comparison(comparison: Comparison) -> dict[str, Json]:
    """Return a comparison without its differences, which the findings hold."""
    return {
        "baseline": plain(comparison.baseline),
        "candidate_run_id": comparison.candidate.run_id,
        "pairs": plain(comparison.pairs),
        "unpaired": plain(comparison.unpaired),
        "flips": [_flip(flip) for flip in comparison.flips],
        "level": comparison.level,
        "seed": comparison.seed,
        "is_forced": comparison.is_forced,
    }


def _flip(flip: Flip) -> dict[str, Json]:
    return {
        "suite": flip.suite,
        "model": flip.model,
        "quantity": flip.quantity,
        "sample": flip.candidate.sample.id,
        "is_better": flip.is_better,
        "baseline_value": plain(flip.baseline_value),
        "candidate_value": plain(flip.candidate_value),
    }
