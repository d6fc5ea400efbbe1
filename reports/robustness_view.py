"""The section of a report that tells how models bear disturbed and attacked texts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from harness.core.robustness import Robustness
from harness.core.run import Run
from harness.reports.anchors import anchor
from harness.reports.disturbed_suites import warnings_of_twins
from harness.reports.panels.panel import Panel
from harness.reports.robustness_attacks import attack_sentences, attack_table, attack_words
from harness.reports.robustness_examples import ExampleRow, example_rows
from harness.reports.robustness_overview import overview_table
from harness.reports.robustness_panel import panel_words, robustness_panel
from harness.reports.robustness_table import drop_table, headline_quantities
from harness.reports.robustness_words import sentences, verdict_words
from harness.reports.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleGroup:
    """The samples that are shown of one perturbation or attack."""

    by: str
    rows: tuple[ExampleRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustnessPart:
    """One model on one suite."""

    anchor: str
    title: str
    verdict: str
    is_worse: bool
    """Whether something is shown to make it worse."""
    sentences: tuple[str, ...]
    panel: Panel | None
    panel_title: str
    panel_words: str
    drops: Table
    """Of the quantity that leads."""
    others: Table
    """Of the other headline quantities."""
    attacks: Table
    attack_words: str
    """Its denominators."""
    examples: tuple[ExampleGroup, ...]
    notes: tuple[str, ...]

    @property
    def n_examples(self) -> int:
        """Samples shown."""
        return sum(len(group.rows) for group in self.examples)


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustnessView:
    """What the template shows."""

    level: float
    overview: Table | None
    """Where there is more than one part."""
    warnings: tuple[str, ...]
    """Of the run, about its disturbed suites."""
    parts: tuple[RobustnessPart, ...]


def robustness_view(run: Run, *, has_charts: bool = True) -> RobustnessView | None:
    """Return the section; None where no suite was asked about disturbed texts."""
    if not run.robustness:
        return None
    return RobustnessView(
        level=run.manifest.confidence_level,
        overview=overview_table(run.robustness) if len(run.robustness) > 1 else None,
        warnings=warnings_of_twins(run.manifest),
        parts=tuple(_part(found, has_charts=has_charts) for found in run.robustness),
    )


def _part(found: Robustness, *, has_charts: bool) -> RobustnessPart:
    verdict = verdict_words(found)
    title = f"{found.suite}, {found.model}"
    rows = example_rows(found)
    quantities = headline_quantities(found)
    return RobustnessPart(
        anchor=anchor("robustness", found.suite, found.model),
        title=title,
        verdict=verdict,
        is_worse="drops" in verdict,
        sentences=(*sentences(found), *attack_sentences(found)),
        panel=robustness_panel(found) if has_charts else None,
        panel_title=f"{title}: change in {found.lead}",
        panel_words=panel_words(found),
        drops=drop_table(found, quantities[:1]),
        others=drop_table(found, quantities[1:]),
        attacks=attack_table(found),
        attack_words=attack_words(found),
        examples=tuple(
            ExampleGroup(by=by, rows=tuple(group)) for by, group in groupby(rows, attrgetter("by"))
        ),
        notes=found.notes,
    )
