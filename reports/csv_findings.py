"""What a comparison adds to the rows of a CSV."""

from __future__ import annotations

from collections.abc import Iterable

from harness.core.estimate import Estimate
from harness.core.judgement import Finding

COLUMNS = (
    "verdict",
    "is_gate",
    "baseline",
    "candidate",
    "difference",
    "difference_low",
    "difference_high",
    "difference_stderr",
    "test",
    "p_value",
    "p_sign_flips",
    "p_adjusted",
    "detectable",
    "margin",
    "noise_floor",
    "n_paired",
    "n_paired_clusters",
    "n_of_baseline",
    "n_of_candidate",
    "n_unpaired",
    "n_higher",
    "n_lower",
    "needed_n",
    "reason",
)

Key = tuple[str, str, str, tuple[str, str] | None]
"""Suite, model, quantity, slice."""


def estimate_key(estimate: Estimate) -> Key:
    """Return what a number is of."""
    return estimate.suite, estimate.model, estimate.quantity.id, estimate.slice


def findings_by_key(findings: Iterable[Finding]) -> dict[Key, Finding]:
    """Return findings by what they are of."""
    found = {}
    for finding in findings:
        d = finding.difference
        found[d.suite, d.model, d.quantity.id, d.slice] = finding
    return found


def finding_values(finding: Finding) -> tuple[str | float | None, ...]:
    """Return one value for each of ``COLUMNS``; None where a number is not known."""
    d = finding.difference
    return (
        finding.verdict.value,
        str(finding.gate is not None).lower(),
        d.baseline,
        d.candidate,
        d.difference,
        d.interval.low if d.interval else None,
        d.interval.high if d.interval else None,
        d.stderr,
        d.test,
        d.p_value,
        d.p_sign_flips,
        finding.p_adjusted,
        d.detectable,
        finding.margin,
        finding.noise_floor,
        d.n,
        d.n_clusters,
        d.n_of_baseline,
        d.n_of_candidate,
        d.n_unpaired,
        d.n_higher,
        d.n_lower,
        finding.needed_n,
        finding.sentence,
    )
