"""Attacks on a suite, one row each, and in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.core.estimate import Estimate
from harness.core.robustness import Attacks, Robustness
from harness.reports.closeness_cells import closeness_cells, closeness_columns, measures_of
from harness.reports.number_format import (
    ABSENT,
    format_count,
    format_estimate,
    format_level,
    format_value,
)
from harness.reports.robustness_words import count_text
from harness.reports.table import Cell, Column, Table, text_table


@dataclass(frozen=True, slots=True)
class _Told:
    """A quantity that has a column of its own."""

    id: str
    title: str
    of: str
    """What it is a share or a mean of."""


_COLUMNS = (
    _Told("success_rate", "Success rate", "the samples answered rightly before"),
    _Told("control_success_rate", "Random search", "the same, with as many queries"),
    _Told("accuracy_under_attack", "Accuracy left", "all samples that were carried out"),
    _Told("clean_accuracy", "Accuracy before", "all samples that were carried out"),
    _Told("undecided_rate", "Undecided", "the samples answered rightly before"),
    _Told("perturbed_word_rate", "Words changed", "each text's words, mean of successes"),
    _Told("queries", "Queries", "mean of each search"),
    _Told("queries_sent", "Sent", "mean, without what was known already"),
    _Told("gradients", "Gradients", "mean of each search, beside its queries"),
)
SUCCESS, CONTROL, UNDER_ATTACK, BEFORE, UNDECIDED, WORDS = (told.id for told in _COLUMNS[:6])


def attack_table(found: Robustness) -> Table:
    """Return a row for each attack.

    A headline quantity that is none of the usual ones has a column after them.
    """
    known = {told.id for told in _COLUMNS}
    others = {
        each.quantity.id: _Told(each.quantity.id, each.quantity.id, "")
        for one in found.attacks
        for each in one.estimates
        if each.quantity.is_headline and each.quantity.id not in known
    }
    told = [
        column
        for column in (*_COLUMNS, *others.values())
        if any(_is_told(one, column.id) for one in found.attacks)
    ]
    measures = measures_of(one.closeness for one in found.attacks)
    columns = [
        Column(title="Attack", key="name"),
        *map(_column, told),
        Column(title="Attacked", is_number=True, note="samples answered rightly before"),
        Column(title="Failed", is_number=True, note="samples not attacked to the end"),
        *closeness_columns(measures),
    ]
    rows = [
        (
            Cell(one.attack, remark=one.note),
            *(_cell(number_of(one, column.id)) for column in told),
            _n_cell(one),
            _failed_cell(one),
            *closeness_cells(one.closeness, measures, beside=one.control_closeness),
        )
        for one in found.attacks
    ]
    return text_table(f"Attacks on {found.suite}, {found.model}", columns, rows)


def _failed_cell(one: Attacks) -> Cell:
    n = one.n_undisturbed
    remark = f"nothing to change in {format_count(n)}" if n else ""
    return Cell(format_count(one.n_failed), order=one.n_failed, remark=remark)


def _is_told(one: Attacks, quantity: str) -> bool:
    """Tell whether a quantity is worth a column; of undecided searches, where there are any."""
    number = number_of(one, quantity)
    return number is not None and bool(quantity != UNDECIDED or number.value)


def _column(told: _Told) -> Column:
    return Column(title=told.title, is_number=True, note=f"of {told.of}" if told.of else "")


def attack_words(found: Robustness) -> str:
    """Say what the numbers of the table are shares and means of."""
    told = "; ".join(
        f"{one.title}: of {one.of}"
        for one in _COLUMNS[:6]
        if any(_is_told(attack, one.id) for attack in found.attacks)
    )
    return f"{told}; Queries: mean of each search. {format_level(found.level)} intervals."


def attack_sentences(found: Robustness) -> Iterator[str]:
    """Tell what each attack came to, the most successful first."""
    ranked = sorted(found.attacks, key=lambda one: -(_value(one, SUCCESS) or 0.0))
    for one in ranked:
        success = number_of(one, SUCCESS)
        if one.note and (success is None or success.value is None):
            yield f"The attack {one.attack} could not be carried out: {one.note.rstrip('.')}"
        elif success is not None and success.value is not None:
            yield _sentence(one, success)
            yield from _of_doubts(one)


def number_of(one: Attacks, quantity: str) -> Estimate | None:
    """Return an attack's number by the id of its quantity."""
    return next((each for each in one.estimates if each.quantity.id == quantity), None)


def hardest(found: Robustness) -> Attacks | None:
    """Return the attack that turns the largest share of answers."""
    known = [
        one
        for one in found.attacks
        if _value(one, SUCCESS) is not None and number_of(one, UNDER_ATTACK) is not None
    ]
    return max(known, key=lambda one: _value(one, SUCCESS) or 0.0, default=None)


def _sentence(one: Attacks, success: Estimate) -> str:
    n_of_n = count_text(success.value, success.n)
    if number_of(one, UNDER_ATTACK) is None:  # one that leaves the label as it is: no answer turns
        words = f"The attack {one.attack} succeeds on {n_of_n} samples answered rightly"
    else:
        words = f"The attack {one.attack} turns {n_of_n} right answers"
    details = [format_estimate(success)]
    control, rate = number_of(one, CONTROL), number_of(one, WORDS)
    if control is not None and control.value is not None:
        details.append(f"a random search with as many queries {format_value(control)}")
    if rate is not None and rate.value is not None:
        details.append(f"{format_value(rate)} of the words changed")
    text = f"{words} ({', '.join(details)})"
    under, before = number_of(one, UNDER_ATTACK), number_of(one, BEFORE)
    if under is None or under.value is None:
        return text
    was = f", beside {format_value(before)} before" if before and before.value is not None else ""
    return f"{text}: accuracy under attack is {format_value(under)}{was}"


def _of_doubts(one: Attacks) -> Iterator[str]:
    undecided = number_of(one, UNDECIDED)
    if undecided is not None and undecided.value:
        yield (
            f"{count_text(undecided.value, undecided.n)} of these searches under {one.attack} are "
            "undecided, for answers named no label: they count neither as turned nor as right"
        )
    if one.n_undisturbed:
        yield _of_nothing_to_change(one)
    if n_broken := one.n_failed - one.n_undisturbed:
        yield (
            f"{format_count(n_broken)} samples could not be attacked by {one.attack} to the "
            "end, and are left out; those that take more queries fail more often, so that the rest "
            "look easier to turn than all are"
        )


def _of_nothing_to_change(one: Attacks) -> str:
    n = one.n_undisturbed
    texts = f"{format_count(n)} text{'s' if n > 1 else ''} that the model is right about"
    has_accuracy = number_of(one, UNDER_ATTACK) is not None
    lower = ", and accuracies are lower for it" if has_accuracy else ""
    return f"The attack {one.attack} has nothing to change in {texts}: no rate counts that{lower}"


def _cell(found: Estimate | None) -> Cell:
    if found is None:
        return Cell(ABSENT)
    return Cell(
        format_estimate(found),
        order=found.value,
        note=f"{found.quantity.definition}; n {format_count(found.n)}",
        remark=found.note if found.value is None else "",
    )


def _n_cell(one: Attacks) -> Cell:
    success = number_of(one, SUCCESS)
    return Cell(ABSENT) if success is None else Cell(format_count(success.n), order=success.n)


def _value(one: Attacks, quantity: str) -> float | None:
    found = number_of(one, quantity)
    return None if found is None else found.value
