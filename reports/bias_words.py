"""What a run tells of bias, in sentences for readers who build no models.

Shares are in per cent here, and nowhere else in a report.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.core.bias import Effect, Probed, Reading, Shown
from harness.core.estimate import Interval
from harness.reports.number_format import (
    ABSENT,
    MINUS,
    format_count,
    format_number,
    spread_of,
)

_MOST_TOLD = 6
"""Numbers that have a sentence of their own; the table has all of them."""
_MOST_NAMED = 9
_MOST_DIGITS = 6
_FINE = 0.01
"""Below this standard error a share is told to a tenth of a per cent."""
_POINTS = "percentage points"
_FINDINGS = {
    Shown.ABOVE: "higher",
    Shown.BELOW: "lower",
    Shown.NOT_SHOWN: "not shown",
    Shown.UNTESTED: "not tested",
    Shown.UNKNOWN: "not measured",
}


def sentences(found: Probed) -> Iterator[str]:
    """Tell what was found, that of the whole suite first; without full stops."""
    if not found.has_numbers:
        why = found.error.rstrip(".").removeprefix("nothing was measured: ")
        yield f"Nothing was measured{': ' if why else ''}{why}"
        return
    whole = [effect for effect in found.effects if not effect.group]
    yield from _of_whole(found, whole)
    yield from _of_lost(list(filter(_is_lost, whole)))
    for name in dict.fromkeys(e.estimate.quantity.id for e in found.effects if e.group):
        family = [e for e in found.effects if e.group and e.estimate.quantity.id == name]
        yield from _of_groups(found, family)


def scope_words(found: Probed) -> str:
    """Say who was asked about, on how many texts, and how many were lost."""
    lost = []
    if found.n_failed:
        lost.append(f"{format_count(found.n_failed)} failed")
    if found.n_unreadable:
        lost.append(f"{format_count(found.n_unreadable)} could not be read")
    left = f" ({', '.join(lost)}; they are left out)" if lost else ""
    unit = found.probe.unit.removesuffix("s" * (found.n_samples == 1))
    groups = listed(found.groups) or "no groups are told apart"
    by = f"by {_column(found)}: " if found.groups and found.probe.column else ""
    return f"{format_count(found.n_samples)} {unit}{left}; {by}{groups}"


def verdict_words(found: Probed) -> str:
    """Say in a few words what came of it: ``shown in 2 of 9 numbers``."""
    tested = [effect for effect in found.effects if is_tested(effect)]
    n_shown = sum(is_shown(effect) for effect in tested)
    if not found.has_numbers:
        return "not measured"
    if not tested:
        return "not tested"
    n_lost = sum(map(_is_lost, found.effects))
    lost = f"; {format_count(n_lost)} not measured" if n_lost else ""
    n_out = sum(bool(effect.untested) for effect in found.effects)
    lost += f"; {format_count(n_out)} not testable" if n_out else ""
    if not n_shown:
        return f"nothing shown{lost}"
    number = "number" if len(tested) == 1 else "numbers"
    return f"shown in {format_count(n_shown)} of {format_count(len(tested))} {number}{lost}"


def is_shown(effect: Effect) -> bool:
    """Tell whether it differs beyond doubt from what there would be without bias."""
    return effect.shown in {Shown.ABOVE, Shown.BELOW}


def is_tested(effect: Effect) -> bool:
    """Tell whether there was a test at all."""
    return is_shown(effect) or effect.shown is Shown.NOT_SHOWN


def finding_words(effect: Effect) -> str:
    """Return the finding as a word for a table."""
    return _FINDINGS[effect.shown]


def examples_words(found: Probed) -> str:
    """Say what the examples are, out of how many, and how many samples lean the other way."""
    effect = found.behind
    if effect is None:
        return ""
    is_one = found.n_examples == 1
    unit, what = found.probe.unit, found.examples_are
    if effect.reading.leanings:
        what = f"{unit.removesuffix('s' * is_one)} {effect.reading.leanings[effect.is_below]}"
    elif what:
        what = what.replace(unit, unit.removesuffix("s"), 1) if is_one else what
    else:
        do = "show it" if is_shown(effect) else "count towards it"
        what = f"samples that {do}" if not is_one else f"sample that {do.replace(' ', 's ', 1)}"
    number = ", ".join(filter(None, (effect.estimate.quantity.id, effect.group)))
    n = f"{format_count(len(found.examples))} of the {format_count(found.n_examples)}"
    other = ""
    if effect.reading.leanings:
        other = f"; {format_count(found.n_other)} the other way"
    doubt = "" if is_shown(effect) else f"; {_doubt(effect)}"
    return f"{n} {what} ({number}), drawn at random{other}{doubt}"


def _doubt(effect: Effect) -> str:
    is_tested = effect.shown is Shown.NOT_SHOWN
    return "nothing is shown beyond doubt" if is_tested else "the number is not tested"


def listed(names: Sequence[str]) -> str:
    """Name the first few, and say how many more there are."""
    more = len(names) - _MOST_NAMED
    if more <= 1:
        return ", ".join(names)
    return f"{', '.join(names[:_MOST_NAMED])} and {format_count(more)} more"


def effect_sentence(effect: Effect) -> str:
    """Say one number, what it is made of, and what it means."""
    reading, estimate = effect.reading, effect.estimate
    if estimate.value is None:
        return _missing(estimate.quantity.id, estimate.note)
    value, interval = estimate.value, estimate.interval
    claim = reading.claim
    if value is not None and value < reading.reference and reading.claim_below:
        claim, value, interval = reading.claim_below, -value, _turned(interval)
    spread = spread_of(estimate)
    told = claim.replace("{value}", value_words(value, reading, spread))
    ends = chance_words(effect) or interval_words(interval, reading, spread)
    facts = ", ".join(filter(None, (ends, f"n = {format_count(estimate.n)}")))
    if effect.shown is Shown.NOT_SHOWN and reading.unshown:
        own = value_words(estimate.value, reading, spread)
        ends = interval_words(estimate.interval, reading, spread)
        n = f"n = {format_count(estimate.n)}"
        return f"{reading.unshown} ({', '.join(filter(None, (f'value {own}', ends, n)))})"
    groups = f", from {effect.detail}" if effect.detail else ""
    meaning = _meaning(effect)
    return f"the model {told}{groups} ({facts}){': ' if meaning else ''}{meaning}"


def value_words(
    value: float | None, reading: Reading, spread: float | None, *, points: str = _POINTS
) -> str:
    """Write a value as its reading has it: in per cent, in percentage points, or as it is."""
    if value is None:
        return ABSENT
    if reading.scale == "number":
        return format_number(value, spread=spread)
    text = _hundredths(value, spread)
    is_one = text.removeprefix(MINUS) == "1"
    unit = "%" if reading.scale == "share" else points.removesuffix("s" * is_one)
    return f"{text} {unit}".rstrip()


def interval_words(interval: Interval | None, reading: Reading, spread: float | None) -> str:
    """Write an interval in the same way: ``56 to 66 %``."""
    if interval is None:
        return ""
    ends = (interval.low, interval.high)
    if reading.scale == "number":
        return _apart(ends)
    low, high = (_hundredths(end, spread) for end in ends)
    return f"{low} to {high}{' %' if reading.scale == 'share' else ''}"


def chance_words(effect: Effect) -> str:
    """Write what takes the place of an interval: up to where chance alone would come."""
    if effect.most_by_chance is None:
        return ""
    estimate, reading = effect.estimate, effect.reading
    most = value_words(effect.most_by_chance, reading, spread_of(estimate), points="points")
    return f"groups alike would show up to {most}"


def with_spread(effect: Effect) -> str:
    """Write value and interval: ``61 % (56 to 66 %)``; of a gap, what chance alone would show."""
    estimate, reading = effect.estimate, effect.reading
    spread = spread_of(estimate)
    text = value_words(estimate.value, reading, spread)
    ends = chance_words(effect) or interval_words(estimate.interval, reading, spread)
    return f"{text} ({ends})" if ends else text


def reference_words(reading: Reading) -> str:
    """Write what the value would be without bias."""
    return value_words(reading.reference, reading, None)


def _of_whole(found: Probed, whole: Sequence[Effect]) -> Iterator[str]:
    told = [effect for effect in whole if effect.shown is Shown.UNTESTED]
    shown = sorted(filter(is_shown, whole), key=_distance, reverse=True)
    told += shown[:_MOST_TOLD]
    others = [effect for effect in whole if effect.shown is Shown.NOT_SHOWN]
    told += others if len(others) <= 2 else []  # noqa: PLR2004 - more are told together
    ranked = sorted(told, key=whole.index) if len(whole) <= _MOST_TOLD else told
    for effect in ranked:
        yield effect_sentence(effect)
    if len(shown) > _MOST_TOLD:
        more = len(shown) - _MOST_TOLD
        are = "is" if more == 1 else "are"
        yield f"{format_count(more)} more {are} beyond doubt, in the table below"
    if len(others) > 2:  # noqa: PLR2004 - as above
        nearest = max(others, key=_distance)
        yield (
            f"For {format_count(len(others))} other numbers nothing is shown beyond doubt, which"
            f" is not to say that there is nothing; the largest of them: {_short(nearest, found)}"
        )


def _of_lost(lost: Sequence[Effect]) -> Iterator[str]:
    """Name what has no value, together what is missing for the same reason."""
    for why in dict.fromkeys(effect.estimate.note for effect in lost):
        names = [each.estimate.quantity.id for each in lost if each.estimate.note == why]
        yield _missing(listed(names), why)


def _missing(names: str, why: str) -> str:
    return f"not measured: {names}{f' ({why})' if why else ''}"


def _is_lost(effect: Effect) -> bool:
    return effect.shown is Shown.UNKNOWN and not effect.group


def _of_groups(found: Probed, family: Sequence[Effect]) -> Iterator[str]:
    tested = [effect for effect in family if is_tested(effect)]
    shown = sorted(filter(is_shown, tested), key=_distance, reverse=True)
    if len(family) > 1:  # one alone is the whole suite, which has its sentence
        yield from _of_untested(found, family)
    if not tested:
        return
    n_all, column = format_count(len(tested)), _column(found)
    name = family[0].estimate.quantity.id
    without = reference_words(family[0].reading)
    if not shown:
        farthest = max(tested, key=_distance)
        yield (
            f"By {column}, none of {n_all} is shown to differ from {without} ({name}, Holm's"
            f" correction); the farthest from it is {_short(farthest, found)}"
        )
        return
    listed = "; ".join(_short(effect, found) for effect in shown[:_MOST_TOLD])
    more = len(shown) - _MOST_TOLD
    yield (
        f"By {column}, {format_count(len(shown))} of {n_all} differ{'s' * (len(shown) == 1)} from"
        f" {without} beyond doubt ({name}, Holm's correction): {listed}"
        f"{f'; and {format_count(more)} more' if more > 0 else ''}"
    )


def _of_untested(found: Probed, family: Sequence[Effect]) -> Iterator[str]:
    """Name the groups whose test can tell nothing, together those for the same reason."""
    for why in dict.fromkeys(effect.untested for effect in family if effect.untested):
        mine = [effect for effect in family if effect.untested == why]
        more = f"; and {format_count(len(mine) - _MOST_TOLD)} more" if mine[_MOST_TOLD:] else ""
        told = "; ".join(_short(effect, found) for effect in mine[:_MOST_TOLD])
        yield f"By {_column(found)}, {why}: {told}{more}"


def _short(effect: Effect, found: Probed) -> str:
    estimate = effect.estimate
    name = effect.group or estimate.quantity.id
    sides = found.probe.sides.get(effect.group)
    if sides is not None and estimate.value is not None:
        name += f" ({sides[estimate.value < effect.reading.reference]})"
    return f"{name} {with_spread(effect)}, n = {format_count(estimate.n)}"


def _meaning(effect: Effect) -> str:
    reading = effect.reading
    if effect.untested:
        return effect.untested
    if effect.shown is Shown.UNTESTED and reading.test != "none":
        is_few = reading.test == "interval"
        why = "too few samples or clusters for a test" if is_few else "only its parts are tested"
        return effect.estimate.note or why
    return {
        Shown.ABOVE: reading.above,
        Shown.BELOW: reading.below,
        Shown.NOT_SHOWN: reading.level,
    }.get(effect.shown, "")


def _distance(effect: Effect) -> float:
    value = effect.estimate.value
    return 0.0 if value is None else abs(value - effect.reading.reference)


def _column(found: Probed) -> str:
    return found.probe.column.replace("_", " ")


def _apart(ends: tuple[float, float]) -> str:
    """Write both ends with the two digits that they need, and more where they would be the same."""
    for digits in range(2, _MOST_DIGITS + 1):
        low, high = (format_number(end, digits=digits) for end in ends)
        if low != high:
            break
    return f"{low} to {high}"


def _turned(interval: Interval | None) -> Interval | None:
    if interval is None:
        return None
    return Interval(
        low=-interval.high, high=-interval.low, level=interval.level, method=interval.method
    )


def _hundredths(value: float, spread: float | None) -> str:
    decimals = 1 if spread is not None and 0 < spread < _FINE else 0
    text = f"{100 * value:,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        text = text.removeprefix("-")
    return text.replace("-", MINUS)
