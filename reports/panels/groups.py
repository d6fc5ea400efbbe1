"""Groups of people or sources side by side: the gaps between them, and the numbers of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from harness.reports.number_format import ABSENT, format_count, format_number
from harness.reports.panels.panel import Panel, key
from harness.reports.panels.rows import CIRCLE, RowMark, rows_panel
from harness.reports.table import Cell, Column, Table, text_table
from harness.stats.multiplicity import is_out_of_reach

Data: TypeAlias = Mapping[str, Any]

MAX_GROUPS = 6
"""More groups than this are drawn from both ends of the first rate; the table has all of them."""
FEW = 10
"""Below so many samples a rate is pointed out as hardly known."""
_NAMES = {
    "selection_rate": "taken for it",
    "tpr": "true positives",
    "fpr": "false positives",
    "accuracy": "accuracy",
    "f1": "F1",
    "subgroup_auc": "subgroup AUC",
    "bpsn_auc": "BPSN AUC",
    "bnsp_auc": "BNSP AUC",
    "demographic_parity_difference": "demographic parity",
    "equalized_odds_difference": "equalised odds",
    "equal_opportunity_difference": "equal opportunity",
    "accuracy_difference": "accuracy",
    "f1_difference": "F1",
    "subgroup_auc_difference": "subgroup AUC",
    "ece_difference": "calibration error",
}
_ALPHA = 0.05


def gaps_panel(data: Data) -> Panel:
    """Draw each gap over the range that groups alike would give."""
    several = len({gap["by"] for gap in data["gaps"]}) > 1
    marks = [
        RowMark(
            name=f"{gap['by'] + ', ' if several else ''}{_NAMES.get(gap['gap'], gap['gap'])}",
            value=gap["value"],
            low=gap["if_equal"] and gap["if_equal"]["low"],
            high=gap["if_equal"] and gap["if_equal"]["high"],
            dot="dot s1" if _is_real(gap) else "dot s0",
            words=f"{gap['id']}: {format_number(gap['value'], digits=3)}",
            reference=0.0,  # on a scale without it a small gap would look large
        )
        for gap in data["gaps"]
        if gap["value"] is not None
    ]
    drawn = rows_panel(
        marks,
        "largest less smallest group; bars: 95 % of gaps if groups were alike"
        if data["level"] == 0.95  # noqa: PLR2004 - the usual level, whose words fit
        else "largest less smallest group; bars: gaps if groups were alike",
        key=(
            key("dot s1", "more than chance (p < 0.05 after Holm)", CIRCLE),
            key("dot s0", "may be chance", CIRCLE),
        ),
    )
    whisker = key("whisker", "if groups were alike", "M1 7H23M1 3v8M23 3v8")
    return Panel(
        height=drawn.height,
        strokes=drawn.strokes,
        labels=drawn.labels,
        key=(*drawn.key[:-1], whisker),
    )


def gaps_words(data: Data) -> str:
    """Say which gaps are more than chance, and who was left out."""
    known = [gap for gap in data["gaps"] if gap["if_equal"]]
    if not known:
        return f"No gap could be told.{_left_out(data['left_out'])}"
    real = [gap for gap in known if _is_real(gap)]
    worst = max(real or known, key=lambda gap: gap["value"])
    test = worst["if_equal"]
    about = f"{_NAMES.get(worst['gap'], worst['gap'])} by {worst['by']}"
    ends = f", {worst['ends']}" if worst["ends"] else ""
    low, high = (format_number(test[end], digits=2) for end in ("low", "high"))
    head = (
        f"{len(real)} of {len(known)} gaps are more than chance would make (p below 0.05 after"
        " Holm's correction); the largest of them is"
        if real
        else f"None of {len(known)} gaps is shown to be more than chance would make; the largest is"
    )
    n_out = sum(_is_out_of_reach(gap, len(known)) for gap in known)
    are = "is" if n_out == 1 else "are"
    out = f" {n_out} {are} not testable with so many comparisons." if n_out else ""
    return (
        f"{head} {format_number(worst['value'], digits=3)} in {about}{ends}; groups of these sizes"
        f" that were alike would show {low} to {high} (p {format_number(test['p_value'], digits=2)}"
        f" by {format_count(test['n_permutations'])} permutations).{out}"
        f" A gap without such a test proves nothing: it is never 0.{_left_out(data['left_out'])}"
    )


def gaps_table(data: Data) -> Table:
    """Return every gap beside what permuted groups give."""
    keys = ("expected", "low", "high", "p_value", "p_adjusted")
    rows = [
        (
            gap["by"],
            _NAMES.get(gap["gap"], gap["gap"]),
            _cell(gap["value"]),
            gap["ends"] or ABSENT,
            *(_cell(gap["if_equal"] and gap["if_equal"][name]) for name in keys),
        )
        for gap in data["gaps"]
    ]
    titles = ("Mean if alike", "If alike from", "If alike to", "p", "p (Holm)")
    columns = (
        Column(title="By"),
        Column(title="Gap in"),
        Column(title="Gap", is_number=True),
        Column(title="Lowest to highest"),
        *(Column(title=title, is_number=True) for title in titles),
    )
    return text_table("Gaps between groups, and between permuted groups", columns, rows)


def groups_panel(data: Data) -> Panel:
    """Draw a row for each number of each group."""
    shown = _chosen(data["groups"])
    names = list(dict.fromkeys(name for group in shown for name in group["rates"]))
    marks = [
        RowMark(
            name=f"{_NAMES.get(name, name)}, {group['label']}",
            **group["rates"][name],
            dot=f"dot s{number}",
            words=f"{_NAMES.get(name, name)}, {group['label']}:"
            f" {format_number(group['rates'][name]['value'], digits=3)}",
        )
        for number, name in enumerate(names)
        for group in shown
        if group["rates"][name]["value"] is not None
    ]
    title = f"by {data['by']}"
    if data["positive"] is not None:
        title += f"; the decision is {data['positive']!r}"
    if len(shown) < len(data["groups"]):
        title += f"; {len(shown)} of {len(data['groups'])} groups"
    meanings = (
        key(f"dot s{number}", _NAMES.get(name, name), CIRCLE) for number, name in enumerate(names)
    )
    return rows_panel(marks, title, key=tuple(meanings))


def groups_words(data: Data) -> str:
    """Name the lowest and the highest group of each number."""
    names = list(data["groups"][0]["rates"]) if data["groups"] else []
    parts = [part for name in names if (part := _ends(name, data["groups"]))]
    left_out = _left_out({data["by"]: data["left_out"]} if data["left_out"] else {})
    few = [
        f"{group['label']} ({group['n_positive']})"
        for group in data["groups"]
        if group["n_positive"] is not None and group["n_positive"] < FEW
    ]
    warned = f" Hardly known, with fewer than {FEW} positive samples: {', '.join(few)}."
    told = "; ".join(parts)
    told = f"{told[:1].upper()}{told[1:]}"
    return f"{told}.{left_out}{warned if few else ''}" if parts else "No group."


def groups_table(data: Data) -> Table:
    """Return every number of every group, with its interval."""
    has_positive = any(group["n_positive"] is not None for group in data["groups"])
    rows = [
        (
            group["label"],
            Cell(format_count(group["n"]), order=group["n"]),
            *([Cell(format_count(group["n_positive"]))] if has_positive else []),
            *(_rate_cell(rate) for rate in group["rates"].values()),
        )
        for group in data["groups"]
    ]
    names = list(data["groups"][0]["rates"]) if data["groups"] else []
    heads = ["n", *(["Positive"] if has_positive else []), *(_NAMES.get(n, n) for n in names)]
    columns = (
        Column(title=f"Group by {data['by']}"),
        *(Column(title=head[:1].upper() + head[1:], is_number=True) for head in heads),
    )
    return text_table(f"Each group by {data['by']}", columns, rows)


def _is_real(gap: Data) -> bool:
    return bool(gap["if_equal"]) and gap["if_equal"]["p_adjusted"] < _ALPHA


def _is_out_of_reach(gap: Data, n_tests: int) -> bool:
    test = gap["if_equal"]
    return is_out_of_reach(
        test["p_value"],
        test["p_adjusted"],
        n_drawn=test["n_permutations"],
        n_tests=n_tests,
        alpha=_ALPHA,
    )


def _chosen(groups: Sequence[Data]) -> Sequence[Data]:
    """Return all groups, or both ends by the first rate that is known."""
    if len(groups) <= MAX_GROUPS:
        return groups
    name = next(iter(groups[0]["rates"]))
    known = [group for group in groups if group["rates"][name]["value"] is not None]
    ranked = sorted(known, key=lambda group: group["rates"][name]["value"])
    half = MAX_GROUPS // 2
    return [*ranked[:half], *ranked[-half:]]


def _ends(name: str, groups: Sequence[Data]) -> str:
    known = [group for group in groups if group["rates"][name]["value"] is not None]
    if not known:
        return ""
    low, high = (
        pick(known, key=lambda group: group["rates"][name]["value"]) for pick in (min, max)
    )
    told = (
        f"{format_number(one['rates'][name]['value'], digits=3)} ({one['label']})"
        for one in (low, high)
    )
    return f"{_NAMES.get(name, name)} from {' to '.join(told)}"


def _left_out(by: Mapping[str, Sequence[str]]) -> str:
    told = [f"{name}: {', '.join(groups)}" for name, groups in by.items()]
    return f" Too small and left out: {'; '.join(told)}." if told else ""


def _cell(value: float | None) -> Cell:
    return Cell(ABSENT) if value is None else Cell(format_number(value, digits=3), order=value)


def _rate_cell(rate: Data) -> Cell:
    if rate["value"] is None:
        return Cell(ABSENT)
    text = format_number(rate["value"], digits=3)
    if rate["low"] is not None:
        ends = (format_number(rate[end], digits=3) for end in ("low", "high"))
        text += f" [{', '.join(ends)}]"
    return Cell(text, order=rate["value"])
