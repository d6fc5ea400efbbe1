"""What a comparison comes to under a policy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.core.comparison import Comparison, Difference
from harness.core.history import Alarm
from harness.core.policy import Gate, Policy
from harness.core.score import Direction
from harness.core.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is said of one difference."""

    difference: Difference
    verdict: Verdict
    reason: str
    """One sentence: why this verdict."""
    gate: Gate | None
    """The rule that holds it; None for what is only watched and can never fail."""
    margin: float
    """In the quantity's own unit."""
    noise_floor: float | None
    """Difference that two runs of one checkpoint reach once in twenty; None when not studied."""
    p_adjusted: float | None
    """Holm's over all gates, or Benjamini and Hochberg's over all that is watched."""
    needed_n: int | None = None
    """Samples it would take to decide, where it is inconclusive and there are fewer."""
    remarks: tuple[str, ...] = ()
    """What a reader has to know of the load that it was measured at; alike for all its numbers."""

    @property
    def sentence(self) -> str:
        """The reason with the remarks, for where it stands alone."""
        return "; ".join((self.reason, *self.remarks))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The verdict on a candidate, and everything that it rests on."""

    verdict: Verdict
    sentence: str
    """The verdict in words, with counts."""
    comparison: Comparison
    findings: tuple[Finding, ...]
    """In the order of the comparison's differences."""
    invalid: tuple[str, ...] = ()
    """One sentence for each reason that a pair's numbers may not be judged by."""
    alarms: tuple[Alarm, ...] = ()
    """What the history of the line says of tonight."""
    policy: Policy
    policy_source: str = ""
    """The policy's file; empty for the default."""
    baseline_name: str = ""
    """The name under which the baseline was set, if it was."""
    n_gates: int = 0
    """Gates that p-values were corrected over, those of all candidates; 0 where not known."""
    n_candidates: int = 1
    """Candidates that were judged together."""

    @property
    def gates(self) -> Iterator[Finding]:
        """The findings that decide."""
        return (finding for finding in self.findings if finding.gate is not None)

    @property
    def watched(self) -> Iterator[Finding]:
        """The findings that only inform."""
        return (finding for finding in self.findings if finding.gate is None)

    @property
    def left_ungated(self) -> tuple[str, ...]:
        """What a default gate would hold, had either side a value: a sentence for each metric."""
        found: dict[tuple[str, str, str], list[str]] = {}
        for finding in () if self.policy.gate else self.watched:
            row = finding.difference
            is_empty = not row.n and not row.n_unpaired and not row.is_absent
            is_judged = row.quantity.is_headline and row.quantity.direction is not Direction.NEITHER
            if is_empty and is_judged and row.slice is None:
                key = (row.suite, row.model, row.metric)
                found.setdefault(key, []).append(row.quantity.id)
        return tuple(
            f"{', '.join(names)} of {suite} on {model}: no sample of either side counts towards it,"
            " and the other numbers of the metric are gated"
            for (suite, model, _), names in found.items()
        )
