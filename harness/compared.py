"""A comparison in a notebook: its table as a pandas frame, and the report where the cell ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness import registry
from harness.core.judgement import Judgement
from harness.core.run import Run

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = (
    "suite", "model", "metric", "slice", "baseline", "candidate", "difference", "low", "high",
    "p", "p_adjusted", "detectable", "n", "n_higher", "n_lower", "test", "gated", "margin",
    "verdict", "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Compared:
    """A candidate beside its baseline, judged."""

    judgement: Judgement
    run: Run
    """The candidate's, with the judgement."""

    @property
    def verdict(self) -> str:
        """``improved``, ``equivalent``, ``regressed``, ``inconclusive`` or ``invalid``."""
        return str(self.judgement.verdict)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per number and slice.

        Columns: suite, model, metric, slice, baseline, candidate, difference, low, high, p,
        p_adjusted, detectable, n, n_higher, n_lower, test, gated, margin, verdict, reason.
        """
        import pandas as pd

        return pd.DataFrame(list(self._rows()), columns=list(_COLUMNS))

    def _rows(self) -> Iterator[Mapping[str, Any]]:
        for finding in self.judgement.findings:
            row, interval = finding.difference, finding.difference.interval
            yield {
                "suite": row.suite,
                "model": row.model,
                "metric": row.quantity.id,
                "slice": "" if row.slice is None else "=".join(row.slice),
                "baseline": row.baseline,
                "candidate": row.candidate,
                "difference": row.difference,
                "low": interval.low if interval else None,
                "high": interval.high if interval else None,
                "p": row.p_value,
                "p_adjusted": finding.p_adjusted,
                "detectable": row.detectable,
                "n": row.n,
                "n_higher": row.n_higher,
                "n_lower": row.n_lower,
                "test": row.test,
                "gated": finding.gate is not None,
                "margin": finding.margin,
                "verdict": str(finding.verdict),
                "reason": finding.sentence,
            }

    def _repr_html_(self) -> str:
        """Show the report in a notebook, in a frame of its own."""
        embedded: str = registry.find("reports", "html", "report")().embed(self.run)
        return embedded
