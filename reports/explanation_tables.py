"""Methods of explanation in tables: how each was tried, how they agree, what they say of words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.core.explanations import TRIALS, Explanations, Leak, Mean, Method, WordValue
from harness.reports.explanation_words import mean_text, trial_values
from harness.reports.number_format import (
    ABSENT,
    format_count,
    format_estimate,
    format_level,
    format_number,
)
from harness.reports.robustness_words import share_text
from harness.reports.table import Cell, Column, Group, Table, text_table


@dataclass(frozen=True, slots=True)
class _Told:
    """A quantity that has a column of its own."""

    id: str
    title: str
    note: str
    gain: str = ""
    """Id of what it is less the same of random ranks, which is told below it."""


_TRIALS = (
    _Told(
        "comprehensiveness",
        "Taken away",
        "comprehensiveness (ERASER): what the choice loses without the first words; higher is "
        "better; beside it the same of random words",
        TRIALS[0],
    ),
    _Told(
        TRIALS[0],
        "More than random",
        "the difference of the two on the same samples; above 0 is better",
    ),
    _Told(
        "sufficiency",
        "Left alone",
        "sufficiency (ERASER): what the choice lacks with the first words alone; lower is better; "
        "beside it the same of random words",
        TRIALS[1],
    ),
    _Told(
        TRIALS[1],
        "Less than random",
        "the difference of the two on the same samples; below 0 is better",
    ),
)
_OTHERS = (
    _Told("turned_rate", "Turned", "share of choices that turn with the first 20 % of words away"),
    _Told("kept_rate", "Kept", "share of choices that stay with the first 20 % of words alone"),
    _Told("infidelity", "Infidelity", "squared error of what the values say of masked words"),
    _Told("additivity_error", "Sum is off by", "share by which values miss their total"),
    _Told("seed_stability", "Second seed", "Spearman with the same method under another seed"),
    _Told("queries", "Queries", "texts asked about, mean of each sample; the trials not counted"),
    _Told("queries_sent", "Sent", "of those, texts not known already"),
    _Told("gradients", "Gradients", "with those of paths, or attention maps; mean of each sample"),
)


def method_table(found: Explanations) -> Table:
    """Return a row for each method, beside random ranks of the same words."""
    told = _told(found, _TRIALS)
    columns = [
        Column(title="Method", key="name"),
        Column(
            title="Verdict",
            note=f"permutation tests of the trials, {format_level(found.level)} for all together",
        ),
        *(Column(title=one.title, is_number=True, note=one.note) for one in told),
        Column(title="Samples", is_number=True, note="explained to the end"),
    ]
    rows = [
        (
            Cell(method.label, remark=method.note),
            Cell(method.trust.value),
            *(_number_cell(method, one) for one in told),
            Cell(
                format_count(method.n_explained),
                order=method.n_explained,
                remark="; ".join(_doubts(method)),
            ),
        )
        for method in found.methods
    ]
    return text_table(f"Methods tried on {found.suite}, {found.model}", columns, rows)


def other_table(found: Explanations) -> Table:
    """Return what else is known of each method, and what it costs."""
    told = _told(found, _OTHERS)
    columns = [
        Column(title="Method", key="name"),
        *(Column(title=one.title, is_number=True, note=one.note) for one in told),
    ]
    rows = [
        (Cell(method.label), *(_number_cell(method, one) for one in told))
        for method in found.methods
    ]
    return text_table("Steadiness and cost of the methods", columns, rows if told else ())


def _told(found: Explanations, known: Sequence[_Told]) -> list[_Told]:
    return [one for one in known if any(method.number(one.id) for method in found.methods)]


def _number_cell(method: Method, told: _Told) -> Cell:
    number = method.number(told.id)
    if number is None:
        return Cell(ABSENT)
    _, beside = trial_values(method, told.gain) if told.gain else ("", "")
    return Cell(
        format_estimate(number),
        order=number.value,
        note=f"{number.quantity.definition}; n {format_count(number.n)}",
        remark=f"random {beside}" if beside else "",
    )


def _doubts(method: Method) -> Iterator[str]:
    if method.tests:
        least = min(method.tests, key=lambda test: test.n_telling)
        yield f"{format_count(least.n_telling)} of {format_count(least.n_units)} tell"
    if method.n_failed:
        yield f"{format_count(method.n_failed)} failed"
    if method.n_capped:
        yield f"{format_count(method.n_capped)} cut short by the budget"


def agreement_table(found: Explanations) -> Table:
    """Return a row for each pair of methods."""
    columns = (
        Column(title="Methods", key="name"),
        Column(
            title="Same order",
            is_number=True,
            note="Spearman's correlation, mean of the n samples on which both rank words",
        ),
        Column(
            title="Same first words",
            is_number=True,
            note="share of the first 20 % of one that are among the first 20 % of the other, mean "
            "of n samples",
        ),
        Column(title="By chance", is_number=True, note="that share, of ranks drawn at random"),
    )
    rows = [
        (
            Cell(f"{one.first} and {one.second}"),
            _mean_cell(one.correlation),
            _mean_cell(one.overlap),
            Cell(format_number(one.by_chance, digits=2), order=one.by_chance),
        )
        for one in found.agreements
    ]
    return text_table("How much alike the methods rank words", columns, rows)


def _mean_cell(mean: Mean) -> Cell:
    return Cell(mean_text(mean), order=mean.value, remark=f"n {format_count(mean.n)}")


def word_table(found: Explanations) -> Table:
    """Return the words that say most of each output."""
    columns = (
        Column(title="Word", key="name"),
        Column(title="Adds", is_number=True, note="mean over the samples that have the word"),
        Column(title="Samples", is_number=True, note="that have the word"),
        Column(
            title="Finding",
            note=f"after Holm's correction over all words, {format_level(found.level)}",
        ),
    )
    groups = []
    for title, words in _by_side(found.words):
        groups.append(Group(title=title, rows=tuple(map(_word_row, words))))
    by = found.lead.label if found.lead else ""
    caption = f"Words by what they add, as {by} has it"
    return Table(caption=caption, columns=columns, groups=tuple(groups))


def _by_side(words: Sequence[WordValue]) -> Iterator[tuple[str, list[WordValue]]]:
    for output in dict.fromkeys(one.output for one in words):
        own = [one for one in words if one.output == output]
        name = output or "the answer"
        for side, sign in (("for", 1), ("against", -1)):
            kept = [one for one in own if sign * (one.mean.value or 0.0) > 0]
            if kept:
                yield f"Speaks {side} {name}", kept


def _word_row(one: WordValue) -> tuple[Cell, ...]:
    return (
        Cell(one.word),
        Cell(mean_text(one.mean), order=one.mean.value),
        Cell(format_count(one.mean.n), order=one.mean.n),
        Cell("beyond doubt" if one.is_shown else "not shown"),
    )


def leak_table(found: Explanations) -> Table:
    """Return the words that may give the target away."""
    columns = (
        Column(title="Word", key="name"),
        Column(title="Target"),
        Column(title="Of its texts", is_number=True, note="share that have this target"),
        Column(title="Of all texts", is_number=True, note="share that have this target"),
        Column(title="Texts", is_number=True, note="of the suite that have the word"),
        Column(title="Leant on", is_number=True, note="explained samples with it among the first"),
    )
    rows = [_leak_row(one) for one in found.leaks]
    return text_table("Words that may give the target away", columns, rows)


def _leak_row(one: Leak) -> tuple[Cell, ...]:
    return (
        Cell(one.word, remark="the name of a label" if one.is_name else ""),
        Cell(one.label),
        Cell(share_text(one.share), order=one.share.value),
        Cell(format_number(one.base, digits=2), order=one.base),
        Cell(format_count(one.share.n), order=one.share.n),
        Cell(format_count(one.n_leant), order=one.n_leant),
    )


def card_table(found: Explanations) -> Table:
    """Return what was done, method by method."""
    columns = (
        Column(title="Method", key="name"),
        Column(title="Explained"),
        Column(title="Values in"),
        Column(title="Version", is_code=True),
    )
    rows = [
        (
            Cell(method.label),
            Cell(f"{method.unit} of what the model chose" if method.unit else ABSENT),
            Cell(method.unit if method.is_in_unit else "a unit of its own"),
            Cell(method.version or ABSENT),
        )
        for method in found.methods
    ]
    return text_table("How the explanations were made", columns, rows)
