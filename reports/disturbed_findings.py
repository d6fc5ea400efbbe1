"""What a comparison finds of twins of a suite, kept together under the clean suite of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness.core.history import Series
from harness.core.judgement import Finding, Judgement
from harness.core.verdict import GRAVEST_FIRST
from harness.reports.disturbed_suites import kept_below, twins_words
from harness.reports.finding_tables import SeriesKey, finding_table
from harness.reports.number_format import format_count
from harness.reports.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class DisturbedFindings:
    """All twins of one clean suite."""

    title: str
    """Such as ``reviews again, with 8 perturbations, 2 attacks``."""
    counts: str
    """Numbers by verdict, the gravest first: ``3 regressed, 14 equivalent``."""
    table: Table


def parted(
    judgement: Judgement, findings: Iterable[Finding]
) -> tuple[list[Finding], Mapping[str, list[Finding]]]:
    """Return the findings of other suites, and by clean suite those of its twins."""
    clean_of = kept_below(judgement.comparison.candidate)
    others: list[Finding] = []
    twins: dict[str, list[Finding]] = {}
    for finding in findings:
        clean = clean_of.get(finding.difference.suite)
        (others if clean is None else twins.setdefault(clean, [])).append(finding)
    return others, twins


def disturbed_findings(
    judgement: Judgement,
    twins: Mapping[str, Sequence[Finding]],
    history: Mapping[SeriesKey, Series],
) -> tuple[DisturbedFindings, ...]:
    """Return a part for each clean suite."""
    manifest = judgement.comparison.candidate
    return tuple(
        DisturbedFindings(
            title=f"{clean} again, with {twins_words(manifest, clean)}",
            counts=_counts(members),
            table=finding_table(f"{clean} again", members, history),
        )
        for clean, members in twins.items()
    )


def _counts(findings: Sequence[Finding]) -> str:
    n_gates = Counter(finding.verdict for finding in findings if finding.gate is not None)
    told = [
        f"{format_count(n_gates[each])} {each.value}" for each in GRAVEST_FIRST if n_gates[each]
    ]
    n_watched = len(findings) - n_gates.total()
    return ", ".join([*told, *([f"{format_count(n_watched)} only watched"] if n_watched else [])])
