"""The score of a model in each form of one question: a dot and its interval in a row of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from harness.reports.number_format import ABSENT, format_count, format_number
from harness.reports.panels.panel import Panel, key
from harness.reports.panels.rows import CIRCLE, RowMark, rows_panel
from harness.reports.table import Cell, Column, Table, text_table

Data: TypeAlias = Mapping[str, Any]

MAX_ROWS = 12
"""More forms than this are drawn from both ends of the ranking; the table has all of them."""
_N_ENDS = 5


def forms_panel(data: Data) -> Panel:
    """Draw the forms as they are listed, or the best and the worst of many."""
    chosen = chosen_forms(data["forms"])
    marks = [
        RowMark(
            name=_short(form),
            value=form["value"],
            low=form["low"],
            high=form["high"],
            dot="dot s1" if form is data["forms"][0] else "dot s0",
            words=f"{form['label']}: {format_number(form['value'], digits=3)}",
        )
        for form in chosen
    ]
    title = f"{data['quantity']}"
    if len(chosen) < len(data["forms"]):
        title += f", {len(chosen)} of {len(data['forms'])} forms: the suite's own and both ends"
    return rows_panel(
        marks,
        title,
        key=(
            key("dot s1", "the suite's own form", CIRCLE),
            key("dot s0", "another form", CIRCLE),
        ),
    )


def chosen_forms(forms: Sequence[Data]) -> list[Data]:
    """Return all forms; of many the first one, and the best and the worst in falling order."""
    if len(forms) <= MAX_ROWS:
        return list(forms)
    ranked = sorted(forms[1:], key=lambda form: -form["value"])
    return [forms[0], *ranked[:_N_ENDS], *ranked[-_N_ENDS:]]


def forms_words(data: Data) -> str:
    """Say how far the forms are apart, and whether chance alone would do it."""
    forms = data["forms"]
    if not forms:
        return "No form was scored."
    ranked = sorted(forms, key=lambda form: form["value"])
    low, high, first = (
        format_number(form["value"], digits=3) for form in (ranked[0], ranked[-1], forms[0])
    )
    test = data["if_equal"]
    ends = [format_number(test[end], digits=2) for end in ("low", "high")]
    return (
        f"{data['quantity']} is {first} in the suite's own form, {low} in the worst"
        f" ({ranked[0]['label']}) and {high} in the best ({ranked[-1]['label']}) of"
        f" {format_count(len(forms))}, a spread of {format_number(data['spread'], digits=2)};"
        f" if all forms were equally good it would be {ends[0]} to {ends[1]}"
        f" (permutation test: p = {format_number(test['p_value'], digits=2)},"
        f" {format_count(test['n_permutations'])} permutations of"
        f" {format_count(data['n'])} samples).{_unread_words(forms)}"
    )


def _unread_words(forms: Sequence[Data]) -> str:
    """Say where the model has lost its way, the worst form first; empty where it never has."""
    lost = sorted(forms, key=lambda form: -form.get("n_unread", 0))
    n_unread = lost[0].get("n_unread", 0)
    if not n_unread:
        return ""
    total = sum(form.get("n_unread", 0) for form in forms)
    return (
        f" {format_count(total)} answers name no label, and count as wrong:"
        f" {format_count(n_unread)} of them in one form ({lost[0]['label']})."
    )


def forms_table(data: Data) -> Table:
    """Return every form, what it looks like, and its score."""
    has_looks = any(form["shown"] for form in data["forms"])
    has_unread = any(form.get("n_unread") for form in data["forms"])
    rows = [
        (
            Cell(format_count(number), order=number),
            form["label"],
            *((_visible(form["shown"]),) if has_looks else ()),
            *_score_cells(form, ("value", "low", "high")),
            *((_count_cell(form["n_unread"]),) if has_unread else ()),
        )
        for number, form in enumerate(data["forms"], start=1)
    ]
    columns = (
        Column(title="Form", is_number=True),
        Column(title="Differs by"),
        *((Column(title="Looks like", is_code=True),) if has_looks else ()),
        Column(title=str(data["quantity"]), is_number=True),
        Column(title="Interval from", is_number=True),
        Column(title="Interval to", is_number=True),
        *((Column(title="Answers without a label", is_number=True),) if has_unread else ()),
    )
    return text_table(f"{data['quantity']} by form", columns, rows)


def _count_cell(count: int) -> Cell:
    return Cell(format_count(count), order=count)


def positions_panel(data: Data) -> Panel:
    """Draw accuracy and picks at each place."""
    marks = list(_position_marks(data["positions"]))
    return rows_panel(
        marks,
        "share of samples, by place of the option",
        key=(
            key("dot s0", "accuracy with the right answer there", CIRCLE),
            key("dot s1", "answers picked there", CIRCLE),
            key("axis", "picks by chance", "M12 1V13"),
        ),
    )


def positions_words(data: Data) -> str:
    """Name the places that are right most and least often, and the favourite."""
    known = [one for one in data["positions"] if one["accuracy"] is not None]
    if not known:
        return "No option was scored at any place."
    best, worst = (pick(known, key=lambda one: one["accuracy"]) for pick in (max, min))
    favourite = max(known, key=lambda one: (one["share"] or 0) - (one["uniform"] or 0))
    return (
        f"The right answer is found most often at place {best['position']}"
        f" ({format_number(best['accuracy'], digits=3)}) and least often at place"
        f" {worst['position']} ({format_number(worst['accuracy'], digits=3)}); place"
        f" {favourite['position']} is picked {format_number(favourite['share'], digits=3)} of the"
        f" time, and would be {format_number(favourite['uniform'], digits=3)} by chance"
        f" ({format_count(data['n'])} samples)."
    )


def positions_table(data: Data) -> Table:
    """Return accuracy and picks at each place."""
    keys = ("accuracy", "low", "high", "share", "share_low", "share_high", "uniform")
    rows = [
        (Cell(format_count(one["position"]), order=one["position"]), *_score_cells(one, keys))
        for one in data["positions"]
    ]
    titles = ("Accuracy", "From", "To", "Picks", "Picks from", "Picks to", "By chance")
    columns = (
        Column(title="Place", is_number=True),
        *(Column(title=title, is_number=True) for title in titles),
    )
    return text_table("Accuracy when the right answer is there, and share of picks", columns, rows)


def _position_marks(positions: Sequence[Data]) -> Iterator[RowMark]:
    for one in positions:
        for name, keys, dot in (
            ("accuracy", ("accuracy", "low", "high"), "dot s0"),
            ("picks", ("share", "share_low", "share_high"), "dot s1"),
        ):
            value, low, high = (one[key] for key in keys)
            if value is None:
                continue
            yield RowMark(
                name=f"place {one['position']}, {name}",
                value=value,
                low=low,
                high=high,
                dot=dot,
                words=f"place {one['position']}, {name}: {format_number(value, digits=3)}",
                reference=one["uniform"] if name == "picks" else None,
            )


def _score_cells(values: Data, keys: Sequence[str]) -> list[Cell]:
    return [
        Cell(ABSENT if values[key] is None else format_number(values[key], digits=3),
             order=values[key])
        for key in keys
    ]  # fmt: skip


def _short(form: Data) -> str:
    """Return what a form differs by without the words that all forms share."""
    label: str = form["label"]
    for word in ("casing ", "separator ", "spacing ", "options ", "list "):
        label = label.replace(word, "")
    return label


def _visible(text: str) -> str:
    return text.replace("\n", "\u23ce").replace("\t", "\u21e5")
