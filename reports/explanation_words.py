"""What explanations of a suite come to, said in sentences to whoever has to act on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.core.explanations import (
    TRIALS,
    Agreement,
    Explanations,
    Mean,
    Method,
    Shortcuts,
    Trust,
)
from harness.reports.number_format import (
    format_count,
    format_estimate,
    format_number,
    format_value,
    spread_of,
)
from harness.reports.robustness_words import share_text, value_text

_MOST_NAMED = 5
_VERDICTS = {
    Trust.TRUSTED: "deserves trust here",
    Trust.HALF: "is half shown to deserve trust here",
    Trust.NOT_SHOWN: "is not shown to be better than words picked at random",
    Trust.WORSE: "is worse than words picked at random",
    Trust.UNKNOWN: "could not be tried",
}
_TOLD = (
    "taking away the words that it ranks first costs the choice {unit}",
    "those words alone fall short of the whole text by",
)
_ADVICE = {
    Trust.HALF: "read its colours with care",
    Trust.NOT_SHOWN: "do not read its colours as reasons",
    Trust.WORSE: "its colours mislead about this model",
    Trust.UNKNOWN: "nothing says whether its colours are reasons",
}


def sentences(found: Explanations) -> Iterator[str]:
    """Tell what the tables say, the verdicts on the methods first."""
    untold = [method for method in found.methods if not method.n_explained]
    for method in (*found.ranked, *untold):
        yield method_sentence(method)
    if found.agreements:
        yield _of_agreement(found.agreements)
    if found.shortcuts is not None:
        yield shortcut_sentence(found.shortcuts)


def method_sentence(method: Method) -> str:
    """Say whether a method deserves trust on this model, and why."""
    if not method.n_explained:
        why = f": {method.note.rstrip('.')}" if method.note else ""
        return f"{method.label} has explained no sample{why}"
    reasons = "; ".join(_reasons(method))
    because = f": {reasons}" if reasons else ""
    advice = _ADVICE.get(method.trust)
    end = f"; {advice}" if advice else ""
    return f"{method.label} {_VERDICTS[method.trust]}{because}{end}"


def verdict_words(found: Explanations) -> str:
    """Say in a few words how many of the methods deserve trust."""
    tried = [method for method in found.methods if method.trust is not Trust.UNKNOWN]
    if not tried:
        return "no method was tried"
    n_trusted = sum(method.trust is Trust.TRUSTED for method in tried)
    noun = "method deserves" if len(tried) == 1 else "methods deserve"
    return f"{format_count(n_trusted)} of {format_count(len(tried))} {noun} trust"


def mean_text(mean: Mean) -> str:
    """Write a mean with its interval, such as ``0.57 [0.51, 0.63]``."""
    return value_text(mean.value, mean.interval)


def shortcut_sentence(found: Shortcuts) -> str:
    """Say on how many texts one word is enough."""
    n, of = format_count(found.found.n_hits), format_count(found.found.n)
    told = ", ".join(
        f"“{one.word}” ({one.output}, {format_count(one.n)})" for one in found.words[:_MOST_NAMED]
    )
    start = (
        f"On {n} of {of} texts ({share_text(found.found)}) one word alone keeps the model's "
        "choice, where a text without words is taken for something else"
    )
    return f"{start}: {told}" if told else start


def _reasons(method: Method) -> Iterator[str]:
    for quantity, told in zip(TRIALS, _TOLD, strict=True):
        gain = method.number(quantity)
        if gain is None:
            continue
        own, by_chance = trial_values(method, quantity)
        text = f"{told} {format_estimate(gain)} beside random ones"
        if own and by_chance:
            text = f"{told} {own}, random ones {by_chance} (difference {format_estimate(gain)})"
        yield text.format(unit=method.unit)


def trial_values(method: Method, gain: str) -> tuple[str, str]:
    """Write the two numbers whose difference a gain is: the method's own, and that of random ranks.

    Returns:
        Empty texts where either is not known.
    """
    own, less = method.number(gain.removesuffix("_gain")), method.number(gain)
    if own is None or less is None or own.value is None or less.value is None:
        return "", ""
    return format_value(own), format_number(own.value - less.value, spread=spread_of(own))


def _of_agreement(found: Sequence[Agreement]) -> str:
    known = [one for one in found if one.correlation.value is not None]
    if not known:
        return "No two methods rank the words of a text in a way that can be held together"
    is_one = len(known) == 1
    best = max(known, key=lambda one: one.correlation.value or 0.0)
    worst = min(known, key=lambda one: one.correlation.value or 0.0)
    text = (
        f"{best.first} and {best.second} agree{'' if is_one else ' most'} on the order of words "
        f"(Spearman {mean_text(best.correlation)})"
    )
    if is_one:
        return text
    return (
        f"{text}, {worst.first} and {worst.second} least ({mean_text(worst.correlation)}); 0 would "
        "be no agreement, 1 the same order"
    )
