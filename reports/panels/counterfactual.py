"""What changes when the terms of one group are swapped for those of another, pair by pair."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from harness.reports.number_format import ABSENT, format_count, format_number
from harness.reports.panels.panel import Panel, key
from harness.reports.panels.rows import CIRCLE, RowMark, rows_panel
from harness.reports.table import Cell, Column, Table, text_table

Data: TypeAlias = Mapping[str, Any]

MAX_ROWS = 20
"""Of more pairs those with the largest changes are drawn; the table has all of them."""
_ALPHA = 0.05


def counterfactual_panel(data: Data) -> Panel:
    """Draw the mean signed change of each pair, beside none at all."""
    drawn = [
        RowMark(
            name=_pair_name(pair),
            value=pair["value"],
            low=pair["low"],
            high=pair["high"],
            dot="dot s1" if pair["written"] == pair["swapped"] else "dot s0",
            words=f"{_pair_name(pair)}: {_signed(pair['value'])}",
            reference=0.0,
        )
        for pair in shown_pairs(data["pairs"])
    ]
    n_known = len(_known(data["pairs"]))
    title = f"change of the {_what(data)}"
    if len(drawn) < n_known:
        title += f", the {len(drawn)} largest of {n_known} pairs"
    has_control = any(pair["written"] == pair["swapped"] for pair in data["pairs"])
    return rows_panel(
        drawn,
        title,
        key=(
            key("dot s0", "another group", CIRCLE),
            *([key("dot s1", "the same group: control", CIRCLE)] if has_control else []),
            key("axis", "no change", "M12 1V13"),
        ),
    )


def shown_pairs(pairs: Sequence[Data]) -> list[Data]:
    """Return the pairs that are drawn, in their order: all, or those that change most."""
    known = _known(pairs)
    largest = sorted(known, key=lambda pair: -abs(pair["value"]))[:MAX_ROWS]
    return [pair for pair in known if any(pair is each for each in largest)]


def counterfactual_words(data: Data) -> str:
    """Say which swaps change something beyond doubt, and by how much."""
    others = [pair for pair in _known(data["pairs"]) if pair["written"] != pair["swapped"]]
    if not others:
        return "No swap was scored."
    sure = [pair for pair in others if pair["p_holm"] is not None and pair["p_holm"] <= _ALPHA]
    told = sorted(sure, key=lambda pair: -abs(pair["value"]))
    what = _what(data)
    n_pairs = f"{format_count(len(others))} pairs of groups"
    beyond = "beyond the control" if data.get("has_control") else "in one direction"
    if not told:
        widest = max(others, key=_reach)
        return (
            f"No swap is shown to change the {what} {beyond} ({n_pairs}, Holm's"
            f" correction); that is not to say that none does: {_change(widest)}."
        )
    first = "; ".join(_change(pair) for pair in told[:3])
    more = f"; {format_count(len(told) - 3)} more" if len(told) > len(told[:3]) else ""
    rest = len(others) - len(told)
    left = f" For the other {format_count(rest)} no change {beyond} is shown." if rest else ""
    control = ", by more than other terms of the same group do" if data.get("has_control") else ""
    return (
        f"The {what} changes with the group{control}, beyond doubt for {format_count(len(told))} of"
        f" {n_pairs} (Holm's correction): {first}{more}.{left}"
    )


def counterfactual_table(data: Data) -> Table:
    """Return every pair with its change, interval, size and p."""
    is_score = data["measure"] == "scores"
    rows = [
        (
            pair["written"],
            pair["swapped"]
            if pair["written"] != pair["swapped"]
            else f"{pair['swapped']} (control)",
            Cell(format_count(pair["n"]), order=pair["n"]),
            *(_cell(pair[name], signed=True) for name in ("value", "low", "high")),
            _cell(pair["size"]),
            _cell(pair["p_holm"]),
        )
        for pair in data["pairs"]
    ]
    columns = (
        Column(title="Written"),
        Column(title="Swapped for"),
        _number("Samples", "texts that name the first group alone"),
        _number("Change", f"mean change of the {_what(data)}; 0 is ideal"),
        _number("From", "end of the interval"),
        _number("To", "end of the interval"),
        _number("Mean |change|" if is_score else "Labels changed", "whichever the direction"),
        _number("p (Holm)", _test_words(data)),
    )
    return text_table(f"Change of the {_what(data)}, by pair of groups", columns, rows)


def _test_words(data: Data) -> str:
    of = "of the change beyond the control" if data.get("has_control") else "of no change"
    return f"sign-flip test {of}, corrected over pairs"


def _known(pairs: Sequence[Data]) -> list[Data]:
    return [pair for pair in pairs if pair["value"] is not None]


def _what(data: Data) -> str:
    label = data["label"]
    if data["measure"] == "scores":
        return f"probability of {label!r}"
    return f"share labelled {label!r}"


def _change(pair: Data) -> str:
    ends = ""
    if pair["low"] is not None and pair["high"] is not None:
        ends = f" [{_signed(pair['low'])}, {_signed(pair['high'])}]"
    return f"{_pair_name(pair)} {_signed(pair['value'])}{ends}, n = {format_count(pair['n'])}"


def _reach(pair: Data) -> float:
    """Return how far from 0 the change may yet be."""
    ends = ("value", "low", "high")
    return max(abs(float(pair[end])) for end in ends if pair[end] is not None)


def _pair_name(pair: Data) -> str:
    return f"{pair['written']} \N{RIGHTWARDS ARROW} {pair['swapped']}"


def _signed(value: float) -> str:
    text = format_number(value, digits=2)
    return f"+{text}" if value > 0 else text


def _cell(value: float | None, *, signed: bool = False) -> Cell:
    if value is None:
        return Cell(ABSENT)
    return Cell(_signed(value) if signed else format_number(value, digits=2), order=value)


def _number(title: str, note: str) -> Column:
    return Column(title=title, is_number=True, note=note)


def examples_words(data: Data) -> str:
    """Say how many texts were asked about, how many labels changed, and what was left out."""
    reasons = "; ".join(f"{reason}: {format_count(n)}" for reason, n in data["left_out"].items())
    left = f" Left out and never asked about ({reasons})." if reasons else ""
    return (
        f"{format_count(data['n_asked'])} of {format_count(data['n_texts'])} texts name exactly one"
        f" group ({data['axis'].replace('_', ' ')}); the label of {format_count(data['n_changed'])}"
        f" of the {format_count(data['n'])} that were answered changes with another group in its"
        f" place.{left}"
    )


def examples_table(data: Data) -> Table:
    """Return the worst swaps, a row each."""
    rows = [
        (
            each["written"],
            each["swapped"],
            f"{each['from']} \N{RIGHTWARDS ARROW} {each['to']}",
            *_answers(each),
        )
        for each in data["examples"]
    ]
    titles = ("As written", "Swapped", "Groups", "Answer", "Answer when swapped")
    return text_table("Worst swaps", [Column(title=title) for title in titles], rows)


def _answers(each: Data) -> Iterator[str]:
    for when in ("before", "after"):
        score = each[f"score_{when}"]
        told = "" if score is None else f" ({format_number(score, digits=3)})"
        yield f"{each[f'label_{when}']}{told}"
