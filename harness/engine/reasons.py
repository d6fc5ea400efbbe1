"""Verdicts in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from harness.core.comparison import Difference
from harness.core.history import Alarm
from harness.core.judgement import Finding
from harness.core.quantity_unit import ShownUnit, shown_unit, told
from harness.core.score import Direction
from harness.core.verdict import GRAVEST_FIRST, Verdict

_SAID = {
    Verdict.REGRESSED: "Something got worse",
    Verdict.INVALID: "The two sides cannot be judged",
    Verdict.INCONCLUSIVE: "No loss is proven, and none is ruled out",
    Verdict.IMPROVED: "Something got better, and nothing worse",
    Verdict.EQUIVALENT: "Nothing got worse by more than the margins allow",
}


def sentence_of_verdict(
    verdict: Verdict,
    gates: Iterable[Finding],
    invalid: Sequence[str] = (),
    alarms: Sequence[Alarm] = (),
) -> str:
    """Return the verdict in words: what makes it invalid, or the count of gates by theirs."""
    gates = list(gates)
    if verdict is Verdict.REGRESSED and all(gate.verdict is not verdict for gate in gates):
        worse = next(alarm for alarm in alarms if alarm.is_confirmed and alarm.is_better is False)
        where = f"{worse.quantity.id} of {worse.suite} on {worse.model}"
        return f"{_SAID[verdict]}: {where} is worse than in the {worse.n} runs before."
    if verdict is Verdict.INVALID and invalid:
        more = f" (and {len(invalid) - 1} more)" if len(invalid) > 1 else ""
        return f"{_SAID[verdict]}: {invalid[0]}{more}."
    counts = Counter(finding.verdict for finding in gates)
    n = counts.total()
    if not n and verdict is Verdict.INCONCLUSIVE:
        return f"{_SAID[verdict]}: figures of rounds in different runs are left to the history."
    if not n:
        return f"{_SAID[verdict]}: no gate holds any number."
    parts = ", ".join(f"{counts[each]} {each}" for each in GRAVEST_FIRST if counts[each])
    return f"{_SAID[verdict]}: of {n} gate{'s' if n > 1 else ''} {parts}."


def reason_of(
    difference: Difference,
    verdict: Verdict,
    margin: float,
    p_adjusted: float | None,
    *,
    is_same_model: bool,
) -> str:
    """Return one sentence that says why."""
    is_of_rounds, unit = difference.quantity.unit == "round", _unit(difference)
    if is_of_rounds and difference.test == "identical" and verdict is not Verdict.INCONCLUSIVE:
        return f"the same in all {difference.n} rounds of both"
    if difference.test == "identical" and not is_of_rounds:
        who = "the same model gave the same scores" if is_same_model else "the scores agree"
        return f"{who} on all {difference.n} samples"
    if difference.interval is not None:
        low, high = (
            end * unit.factor for end in (difference.interval.low, difference.interval.high)
        )
        ends = f"interval {low:+z.3g} to {high:+z.3g} {unit.word}".rstrip()
    elif verdict is Verdict.INCONCLUSIVE:
        return difference.note or "nothing is known of the spread"
    else:
        ends = difference.note
    p = "" if p_adjusted is None else f", adjusted p {p_adjusted:.2g}"
    facts = f"{_moved(difference)}, {ends}{p}"
    if is_of_rounds and difference.p_value is None:
        return f"{facts}: {difference.note}"
    return f"{facts}: {_conclusion(difference, verdict, margin)}"


def with_turn(reason: str, difference: Difference) -> str:
    """Return a reason that goes on to say so where a gap has come to lie the other way round."""
    turned = difference.turned
    return reason if turned is None else f"{reason}; {turned.sentence}"


def invalid_reason(difference: Difference) -> str:
    """Return why a number may not be judged by."""
    if difference.difference is None:
        return difference.note or "undefined on the common samples"
    n_either = difference.n + difference.n_unpaired
    if difference.n_unpaired:
        what = "rounds" if difference.quantity.unit == "round" else "samples"
        return f"{difference.n} of {n_either} {what} have this score on both sides"
    return "the pair may not be judged by"


def lost_reason(difference: Difference, margin: float) -> str:
    """Return why a pass does not stand where the candidate has left samples without a score."""
    return (
        f"{difference.n_lost} samples that the baseline has a score for have none here: were they"
        f" all lost, the margin of {told(margin, _unit(difference), '.3g')} would not hold"
    )


def noise_reason(difference: Difference, floor: float) -> str:
    """Return why a proven change is no verdict: one checkpoint moves as far by itself."""
    return (
        f"{_moved(difference)}, within the {told(floor, _unit(difference), '.3g')} that two runs"
        " of one checkpoint differ by once in twenty"
    )


def method_reason(difference: Difference) -> str:
    """Return why a proven change of a number about a method of explanation is no verdict."""
    return (
        f"{_moved(difference)}; it tells what the method is worth on each model, and not which"
        " model is better"
    )


def _moved(difference: Difference) -> str:
    """Return by how much a number moved; one of rounds also in per cent, as speed is told."""
    by = difference.difference or 0.0
    text = told(by, _unit(difference), "+z.3g")
    if difference.quantity.unit == "round" and difference.baseline:
        return f"{text} ({by / difference.baseline:+z.1%})"
    return text


def _unit(difference: Difference) -> ShownUnit:
    return shown_unit(difference.quantity, (difference.baseline, difference.candidate))


def _conclusion(difference: Difference, verdict: Verdict, margin: float) -> str:
    within = f"the margin of {told(margin, _unit(difference), '.3g')}"
    if difference.quantity.direction is Direction.NEITHER:
        return "neither direction is better"
    stay = "beyond" if difference.is_beyond(margin) else "not shown to stay within"
    return {
        Verdict.REGRESSED: f"a proven loss, {stay} {within}",
        Verdict.IMPROVED: f"a proven gain, {stay} {within}",
        Verdict.EQUIVALENT: f"no loss as large as {within} is left",
        Verdict.INCONCLUSIVE: f"not proven, and a loss as large as {within} is not ruled out",
    }[verdict]
