"""How a model bears disturbed texts, said in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from harness.core.comparison import Difference
from harness.core.estimate import Interval
from harness.core.robustness import Disturbed, Drop, Overall, Robustness, Share
from harness.core.score import Direction
from harness.reports.finding_words import change_of, values_of
from harness.reports.number_format import (
    format_bounds,
    format_count,
    format_level,
    format_number,
)

_STDERRS_PER_HALF_WIDTH = 1.96
_MOST_NAMED = 6
_LEAST_SPREAD = 0.01


class Effect(StrEnum):
    """What a perturbation is found to do to a number."""

    DROPS = "drops"
    GAINS = "gains"
    NOT_SHOWN = "no drop shown"
    """It may be none, or one too small for these samples to tell."""
    NO_TEXT = "no text changed"
    OTHER_MEANING = "meaning changed"
    """The clean targets do not hold any more: a drop is no fault."""
    UNKNOWN = "not measured"
    UNDIRECTED = "not judged"
    """Neither side of this number is the better one."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One perturbation and what it does to the number that leads."""

    row: Disturbed
    drop: Drop
    effect: Effect


def effect_of(row: Disturbed, drop: Drop, level: float) -> Effect:
    """Return what is found; a drop or a gain is beyond doubt after Holm's correction."""
    if row.is_idle:
        return Effect.NO_TEXT
    if row.changes_target:
        return Effect.OTHER_MEANING
    if drop.difference.difference is None:
        return Effect.UNKNOWN
    if drop.loss is None:
        return Effect.UNDIRECTED
    if not drop.is_shown(level):
        return Effect.NOT_SHOWN
    return Effect.DROPS if drop.loss > 0 else Effect.GAINS


def judged(found: Robustness, quantity: str) -> list[Judged]:
    """Return all perturbations on one quantity, in the order of the run."""
    return [
        Judged(row, drop, effect_of(row, drop, found.level))
        for row in found.disturbed
        for drop in row.drops
        if drop.difference.quantity.id == quantity
    ]


def verdict_words(found: Robustness) -> str:
    """Say in a few words what became of the number that leads: ``drops under 3 of 7``."""
    rows = _put_to_the_test(judged(found, found.lead)) if found.lead else []
    n_drops = sum(one.effect is Effect.DROPS for one in rows)
    if not found.disturbed:
        return ""
    if n_drops:
        return f"{found.lead} drops under {format_count(n_drops)} of {format_count(len(rows))}"
    if not rows:
        return "nothing was put to the test"
    return f"no drop of {found.lead} shown"


def sentences(found: Robustness) -> Iterator[str]:
    """Tell whoever decides on a release what the table says, the gravest first."""
    rows = judged(found, found.lead) if found.lead else []
    if rows:
        yield from _of_drops(found, rows)
        yield from _of_the_rest(found, rows)
        yield from _of_failures(found)
    for overall in found.overall:
        if overall.kind == "worst" and overall.difference.quantity.id == found.lead:
            yield _of_worst(overall)


def share_text(share: Share | None) -> str:
    """Write a share with its interval, to three decimals where a hit is no larger part of it."""
    if share is None or share.value is None:
        return format_number(None)
    return value_text(share.value, share.interval, least_spread=_LEAST_SPREAD)


def value_text(value: float | None, interval: Interval | None, *, least_spread: float = 0.0) -> str:
    """Write a value with its interval, such as ``0.57 [0.51, 0.63]``."""
    spread = spread_of(interval)
    spread = None if spread is None else max(spread, least_spread)
    text = format_number(value, spread=spread)
    return text if interval is None else f"{text} {format_bounds(interval, spread)}"


def change_text(found: Difference) -> str:
    """Write a difference with its interval, such as ``-0.14 [-0.20, -0.09]``."""
    interval = found.interval
    text = change_of(found)
    if interval is None:
        return text
    return f"{text} {format_bounds(interval, found.stderr or spread_of(interval))}"


def count_text(share: float | None, n: int) -> str:
    """Write a share of so many as a number of them, such as ``54 of 100``."""
    return f"{format_count(round((share or 0.0) * n))} of {format_count(n)}"


def spread_of(interval: Interval | None) -> float | None:
    """Return a standard error told from an interval's width."""
    if interval is None or not interval.high > interval.low:
        return None
    return (interval.high - interval.low) / 2 / _STDERRS_PER_HALF_WIDTH


def _put_to_the_test(rows: Sequence[Judged]) -> list[Judged]:
    return [one for one in rows if one.row.is_counted and one.effect is not Effect.UNKNOWN]


def _of_drops(found: Robustness, rows: Sequence[Judged]) -> Iterator[str]:
    drops = [one for one in rows if one.effect is Effect.DROPS]
    tested = _put_to_the_test(rows)
    n_all = f"{format_count(len(tested))} perturbation{'' if len(tested) == 1 else 's'}"
    if not drops:
        if tested:
            yield f"None of {n_all} is shown to make {found.lead} worse"
        return
    worst = max(drops, key=lambda one: one.drop.loss or 0.0)
    before, after = values_of(worst.drop.difference)
    yield (
        f"{found.lead} goes from {before} to {after} "
        f"({change_text(worst.drop.difference)}) under {worst.row.perturbation}"
        f"{', the costliest of ' + n_all if len(tested) > 1 else ''}"
    )
    if len(drops) > 1:
        names = _named(one.row.perturbation for one in drops)
        yield f"{format_count(len(drops))} of them make it worse beyond doubt: {names}"


def _of_the_rest(found: Robustness, rows: Sequence[Judged]) -> Iterator[str]:
    others = [one for one in rows if one.effect is Effect.NOT_SHOWN]
    bounds = [loss for one in others if (loss := one.drop.largest_loss) is not None]
    if others and len(bounds) == len(others):
        most = format_number(max(0.0, *bounds), digits=2)
        names = _named(one.row.perturbation for one in others)
        whom = "it" if len(others) == 1 else "each of them"
        sure = f"{format_level(found.level)} confidence"
        yield f"No drop is shown for {names}; {whom} may still cost up to {most} ({sure})"
    idle = [one.row.perturbation for one in rows if one.effect is Effect.NO_TEXT]
    if idle:
        yield f"Not put to the test, for no text was changed: {_named(idle)}"
    yield from _of_other_meanings(rows)
    missing = [one.row.perturbation for one in rows if one.effect is Effect.UNKNOWN]
    if missing:
        yield f"Not measured: {_named(missing)}"


def _of_other_meanings(rows: Sequence[Judged]) -> Iterator[str]:
    others = [one.row for one in rows if one.effect is Effect.OTHER_MEANING]
    if others:
        told = _named(f"{row.perturbation} ({_followed(row)})" for row in others)
        yield f"Meant to change what a text says, and so not counted: {told}"


def _followed(row: Disturbed) -> str:
    """Tell how many answers went with the texts that were changed; the others had no reason to."""
    if row.flipped is None:
        return "answers cannot be told apart"
    n_followed = row.flipped.n_hits - row.n_flipped_alone
    return f"another answer to {n_followed} of {row.changed.n_hits} changed texts"


def _of_failures(found: Robustness) -> Iterator[str]:
    failed = [one for one in found.disturbed if one.n_failed]
    if failed:
        counts = ((one.n_failed, one.changed.n, one.perturbation) for one in failed)
        told = _named(
            f"{format_count(n_failed)} of {format_count(n)} under {name}"
            for n_failed, n, name in counts
        )
        yield (
            f"Answered on the original and not answered, or not readable, once disturbed: {told}; "
            "they are left out above, and count neither as right nor as wrong"
        )


def _of_worst(overall: Overall) -> str:
    found = overall.difference
    value = value_text(found.candidate, overall.interval)
    clean = values_of(found)[0]
    name = found.quantity.id
    if name == "accuracy":
        n_right = count_text(found.candidate, found.n)
        n_before = count_text(found.baseline, found.n).partition(" ")[0]
        return (
            f"{n_right} samples are right on the original and on every variant ({value}), "
            f"{n_before} on the original{_left_out(overall)}"
        )
    best = "lowest" if found.quantity.direction is Direction.HIGHER else "highest"
    return (
        f"Taking each sample's {best} {name} over the original and every variant, "
        f"the mean is {value}, beside {clean} on the originals{_left_out(overall)}"
    )


def _left_out(overall: Overall) -> str:
    n = overall.n_left_out
    return f" ({format_count(n)} samples without every answer left out)" if n else ""


def _named(names: Iterable[str]) -> str:
    known = list(names)
    more = len(known) - _MOST_NAMED
    if more <= 1:
        return ", ".join(known)
    return f"{', '.join(known[:_MOST_NAMED])} and {format_count(more)} more"
