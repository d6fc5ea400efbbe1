"""Tables of findings: every number of whole suites, and the slices beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from harness.core.history import Series
from harness.core.judgement import Finding
from harness.core.verdict import GRAVEST_FIRST
from harness.reports.difference_bar import difference_bar, margins_to_show
from harness.reports.finding_words import (
    BETTER_WORDS,
    change_of,
    detectable_of,
    flips_of,
    floor_of,
    gravest_first,
    margin_of,
    method_of,
    needed_of,
    sizes_of,
    spread_words,
    values_of,
)
from harness.reports.number_format import ABSENT, format_count, format_p
from harness.reports.round_words import LoadKey, drift_of, is_of_rounds
from harness.reports.sparkline import sparkline
from harness.reports.table import Cell, Column, Group, Table
from harness.reports.verdict_badge import NOT_JUDGED, finding_badge, gravity

SeriesKey = tuple[str, str, str]
"""Suite, model, quantity."""

_QUANTITY = Column(title="Quantity", key="name")
_NUMBERS = (
    Column(title="Verdict", key="said"),
    Column(title="Baseline", key="before", is_number=True),
    Column(title="Candidate", key="after", is_number=True),
    Column(
        title="Difference",
        key="difference",
        is_number=True,
        note="Candidate less baseline on the samples that both have, with its interval",
    ),
    Column(
        title="Worse ← 0 → better",
        key="gap",
        is_bar=True,
        note="Dot: difference. Line: interval. Band: margin. All bars are measured in margins.",
    ),
    Column(
        title="Adj. p", key="p", is_number=True, note="p-value, adjusted for how many there are"
    ),
    Column(
        title="Detectable",
        key="detectable",
        is_number=True,
        note="Smallest true difference that this test would have seen four times in five",
    ),
    Column(title="Flips", key="flips", is_number=True, note="Samples that got better and worse"),
    Column(title="n", key="n", is_number=True, note="Samples scored on both sides"),
)
_HISTORY = Column(title="History", key="history", is_bar=True, note="The runs of this line")


def by_key(history: Iterable[Series]) -> dict[SeriesKey, Series]:
    """Return each series by what it is of; where one has several, that with the newest run."""
    found: dict[SeriesKey, Series] = {}
    for series in history:
        key = (series.suite, series.model, series.quantity.id)
        rival = found.get(key)
        if rival is None or _newest(series) >= _newest(rival):
            found[key] = series
    return found


def finding_table(
    caption: str,
    findings: Sequence[Finding],
    history: Mapping[SeriesKey, Series],
    drifts: Mapping[LoadKey, str] | None = None,
) -> Table:
    """Return numbers of whole suites by suite and model, gates before what is only watched.

    Args:
        caption: of the table.
        findings: what to show.
        history: of which some quantities are drawn.
        drifts: by load, what is said beside speed of the length of answers.
    """
    n_margins, drifts = margins_to_show(findings), drifts or {}
    is_history = any(_key(finding) in history for finding in findings)
    groups = []
    for (suite, model), members in _by_pair(findings):
        gates_first = sorted(members, key=lambda finding: finding.gate is None)
        rows = []
        for finding in gates_first:
            drift = drift_of(finding.difference, drifts)
            row = [_quantity_cell(finding), *_number_cells(finding, n_margins, drift)]
            rows.append((*row, _history_cell(finding, history)) if is_history else tuple(row))
        groups.append(Group(title=f"{suite}, {model}", rows=tuple(rows)))
    columns = (_QUANTITY, *_NUMBERS, *([_HISTORY] if is_history else []))
    return Table(caption=caption, columns=columns, groups=tuple(groups))


def slice_finding_table(caption: str, findings: Sequence[Finding], limit: int) -> Table:
    """Return findings on slices, the gravest first, at most ``limit``."""
    shown = gravest_first(findings)[:limit]
    n_margins = margins_to_show(shown)
    rows = tuple((_slice_cell(finding), *_number_cells(finding, n_margins)) for finding in shown)
    note = "" if len(shown) == len(findings) else _showing(len(shown), len(findings))
    return Table(
        caption=f"{caption}{note}",
        columns=(Column(title="Slice", key="name"), *_NUMBERS),
        groups=(Group(rows=rows),),
    )


def _number_cells(finding: Finding, n_margins: float, drift: str = "") -> tuple[Cell, ...]:
    d = finding.difference
    before, after = values_of(d)
    counts = d.better_and_worse
    said = finding_badge(finding)
    return (
        Cell(said.word, order=_order(finding), badge=said, note=finding.sentence,
             remark=needed_of(finding)),
        Cell(before, order=d.baseline),
        Cell(after, order=d.candidate),
        Cell(change_of(d), order=d.difference,
             remark="; ".join(filter(None, (spread_words(finding), drift)))),
        Cell("" if d.difference is not None else ABSENT, order=d.difference,
             drawing=difference_bar(finding, n_margins), note=floor_of(finding),
             remark=f"margin {margin_of(finding)}"),
        Cell(format_p(finding.p_adjusted), order=finding.p_adjusted, note=method_of(d)),
        Cell(detectable_of(d), order=d.detectable),
        Cell(flips_of(d), order=None if counts is None else counts[0] - counts[1]),
        Cell(sizes_of(d), order=d.n, note=_samples(finding)),
    )  # fmt: skip


def _order(finding: Finding) -> int:
    """Sort by gravity, and what is not judged last."""
    is_judged = finding_badge(finding) != NOT_JUDGED
    return gravity(finding.verdict) if is_judged else len(GRAVEST_FIRST)


def _quantity_cell(finding: Finding) -> Cell:
    d = finding.difference
    role = "" if finding.gate is not None else ", watched"
    facts = [d.quantity.load, f"{BETTER_WORDS[d.quantity.direction]}{role}"]
    return Cell(
        d.quantity.stem if d.quantity.load else d.quantity.id,
        note=d.quantity.definition,
        remark=", ".join(filter(None, facts)),
    )


def _slice_cell(finding: Finding) -> Cell:
    d = finding.difference
    column, value = d.slice or ("", "")
    role = "" if finding.gate is None else ", a gate"
    return Cell(
        f"{column} = {value}",
        note=d.quantity.definition,
        remark=f"{d.quantity.id}, {d.suite}, {d.model}{role}",
    )


def _history_cell(finding: Finding, history: Mapping[SeriesKey, Series]) -> Cell:
    series = history.get(_key(finding))
    drawing = None if series is None else sparkline(series)
    return Cell("", drawing=drawing)


def _samples(finding: Finding) -> str:
    d = finding.difference
    noun = "rounds" if is_of_rounds(d) else "samples"
    facts = [f"{format_count(d.n)} {noun} scored on both sides"]
    if len(d.sizes) > 1:
        before, after = map(format_count, d.sizes)
        facts.append(f"{before} of them in the baseline's value, {after} in the candidate's")
    if d.n_clusters != d.n:
        facts.append(f"{format_count(d.n_clusters)} clusters")
    if d.n_unpaired:
        facts.append(f"{format_count(d.n_unpaired)} scored on one side only")
    return "; ".join(facts)


def _showing(n: int, total: int) -> str:
    return f", showing {format_count(n)} of {format_count(total)}"


def _by_pair(findings: Iterable[Finding]) -> list[tuple[tuple[str, str], list[Finding]]]:
    """Return findings by suite and model, each pair once, in the order of the comparison."""

    def pair(finding: Finding) -> tuple[str, str]:
        return finding.difference.suite, finding.difference.model

    items = list(findings)
    order = {key: i for i, key in enumerate(dict.fromkeys(map(pair, items)))}
    ranked = sorted(items, key=lambda finding: order[pair(finding)])
    return [(key, list(members)) for key, members in groupby(ranked, key=pair)]


def _key(finding: Finding) -> SeriesKey:
    d = finding.difference
    return d.suite, d.model, d.quantity.id


def _newest(series: Series) -> str:
    return series.points[-1].at if series.points else ""
