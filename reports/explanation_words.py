"""What explanations of a suite come to, said in sentences to whoever has to act on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.core.explanations import (
    MIN_TELLING,
    TRIALS,
    Agreement,
    Explanations,
    Mean,
    Method,
    Shortcuts,
    Trust,
    WrittenAnswers,
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
MASS_KINDS = {
    "identity": "Identity terms",
    "number": "Numbers",
    "address": "Web addresses",
    "punctuation": "Signs alone",
}
"""By the end of the ids of three quantities each, of the metric ``mass_on_identity`` and the like:
words that ought not to matter."""
_VERDICTS = {
    Trust.TRUSTED: "{} here",
    Trust.HALF: "{} only in part here",
    Trust.NOT_SHOWN: "{} to be better here than words picked at random",
    Trust.TOO_FEW: "{} told apart here from words picked at random by so few texts",
    Trust.WORSE: "{} worse here than words picked at random",
    Trust.CONTROL: "{} a control",
    Trust.UNKNOWN: "{} not tried",
}
_VERBS = {
    Trust.TRUSTED: ("deserves trust", "deserve trust"),
    Trust.HALF: ("is shown to deserve trust", "are shown to deserve trust"),
    Trust.NOT_SHOWN: ("is not shown", "are not shown"),
    Trust.TOO_FEW: ("cannot be", "cannot be"),
    Trust.WORSE: ("is", "are"),
    Trust.CONTROL: ("is", "are"),
    Trust.UNKNOWN: ("was", "were"),
}
_ADVICE = {
    Trust.HALF: "read these colours with care",
    Trust.NOT_SHOWN: "such values are no reasons",
    Trust.TOO_FEW: "explain more texts before you read such values as reasons",
    Trust.WORSE: "such values mislead about this model",
    Trust.CONTROL: "its values are drawn, and what they show is chance",
    Trust.UNKNOWN: "nothing says whether such values are reasons",
}
_TOLD = (
    "masking the words ranked first takes {value} of {unit} from what the model chose",
    "those words alone fall {value} short of the whole text",
)
_BESIDE = ("random words take", "random words alone fall short by")


def sentences(found: Explanations) -> Iterator[str]:
    """Tell what the tables say, the verdicts on the methods first."""
    for trust in Trust:
        alike = [method for method in found.ranked if method.trust is trust]
        for is_unmoved in (False, True):
            if some := [method for method in alike if _is_unmoved(method) == is_unmoved]:
                yield methods_sentence(some)
    for method in found.methods:
        if not method.n_explained:
            why = f": {method.note.rstrip('.')}" if method.note else ""
            yield f"{method.label} has explained no sample{why}"
    yield from found.notes
    if found.written is not None and found.written.in_other_tokens:
        yield written_sentence(found.written)
    yield from _of_words(found)
    if found.agreements:
        yield _of_agreement(found.agreements)
    yield from _of_paraphrases(found.ranked)


def _of_words(found: Explanations) -> Iterator[str]:
    """Tell what the method that leads says of words; where none does, why there is nothing."""
    if found.lead is None:
        if found.ranked:
            yield (
                "no text is shown in colours, and nothing is told of single words: no method is "
                "shown to know what these answers hang on"
            )
        return
    yield from mass_sentences(found.lead)
    if found.shortcuts is not None:
        yield shortcut_sentence(found.shortcuts, found.lead.label)


def methods_sentence(methods: Sequence[Method]) -> str:
    """Say whether methods deserve trust on this model, and why.

    Args:
        methods: at least one, all of one verdict, and all tried on enough texts that tell nothing
            or none of them; the numbers are those of the first.
    """
    if _is_unmoved(methods[0]):
        return _unmoved_sentence(methods)
    first, trust = methods[0], methods[0].trust
    names = and_list([method.label for method in methods])
    verdict = _VERDICTS[trust].format(_VERBS[trust][len(methods) > 1])
    reasons = "; ".join(_reasons(first))
    by = f" (by {first.label})" if reasons and len(methods) > 1 else ""
    told = f": {reasons}{by}" if reasons else ""
    advice = f"; {_ADVICE[trust]}" if trust in _ADVICE else ""
    return f"{names} {verdict}{told}{advice}"


def _is_unmoved(method: Method) -> bool:
    """Tell whether enough texts were tried, and none of them tells one rank from another."""
    return bool(method.tests) and all(
        test.n_telling == 0 and test.n_units >= MIN_TELLING for test in method.tests
    )


def _unmoved_sentence(methods: Sequence[Method]) -> str:
    names = and_list([method.label for method in methods])
    n = format_count(max(test.n_units for test in methods[0].tests))
    verb = _VERBS[Trust.TOO_FEW][len(methods) > 1]
    return (
        f"{names} {verb} told apart here from words picked at random: on none of {n} texts did it "
        f"matter to the answer which words were masked; {_ADVICE[Trust.NOT_SHOWN]}"
    )


def and_list(names: Sequence[str]) -> str:
    """Write names one after the other.

    >>> and_list(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def verdict_words(found: Explanations) -> str:
    """Say in a few words how many of the methods deserve trust."""
    aside = (Trust.CONTROL, Trust.UNKNOWN)
    tried = [method for method in found.methods if method.trust not in aside]
    if not tried:
        return "no method was tried"
    n_trusted = sum(method.trust is Trust.TRUSTED for method in tried)
    noun = "method deserves" if len(tried) == 1 else "methods deserve"
    return f"{format_count(n_trusted)} of {format_count(len(tried))} {noun} trust"


def written_sentence(found: WrittenAnswers) -> str:
    """Say how many answers are explained in other tokens than the model wrote."""
    k = len(found.in_other_tokens)
    more = (f"{format_count(k - _MOST_NAMED)} more",) if k > _MOST_NAMED else ()
    names = and_list((*found.in_other_tokens[:_MOST_NAMED], *more))
    return (
        f"Of {format_count(found.n)} answer{'' if found.n == 1 else 's'}, {format_count(k)} "
        f"({names}) {'is' if k == 1 else 'are'} read in other tokens than those "
        "they were written in: what is explained is how likely the model finds the "
        "text read so, as a rule at a lower probability than as it was written"
    )


def mean_text(mean: Mean) -> str:
    """Write a mean with its interval, such as ``0.57 [0.51, 0.63]``."""
    return value_text(mean.value, mean.interval)


def shortcut_sentence(found: Shortcuts, label: str) -> str:
    """Say on how many texts the first word of a method is enough, beside a word at random."""
    n, of = format_count(found.found.n_hits), format_count(found.found.n)
    told = ", ".join(
        f"“{one.word}” ({one.output}, {format_count(one.n)})" for one in found.words[:_MOST_NAMED]
    )
    start = (
        f"On {n} of {of} texts ({share_text(found.found)}) the first word of {label} alone keeps "
        "the model's choice, where a text without words is taken for something else; a word drawn "
        f"at random does on {format_number(100 * found.by_chance, digits=2)} % of them"
    )
    return f"{start}: {told}" if told else start


def mass_sentences(method: Method) -> Iterator[str]:
    """Point out words that ought not to matter and weigh more than others, beyond doubt."""
    for kind, words in MASS_KINDS.items():
        excess, mass = method.number(f"excess_on_{kind}"), method.number(f"mass_on_{kind}")
        is_shown = excess is not None and excess.interval is not None and excess.interval.low > 0
        if excess is not None and mass is not None and is_shown:
            yield (
                f"{words} take {format_value(mass)} of what {method.label} says on the "
                f"{format_count(excess.n)} texts that have any, {format_estimate(excess)} more "
                "than their share of the words"
            )


def _reasons(method: Method) -> Iterator[str]:
    for quantity, told, beside in zip(TRIALS, _TOLD, _BESIDE, strict=True):
        gain = method.number(quantity)
        own, by_chance = trial_values(method, quantity)
        if gain is not None and own:
            text = told.format(value=own, unit=method.unit)
            yield f"{text}, {beside} {by_chance} (difference {format_estimate(gain)})"


def trial_values(method: Method, gain: str) -> tuple[str, str]:
    """Write the two numbers whose difference a gain is: the method's own, and that of random ranks.

    Returns:
        Empty texts where either is not known.
    """
    own, less = method.number(gain.removesuffix("_gain")), method.number(gain)
    if own is None or less is None or own.value is None or less.value is None:
        return "", ""
    return format_value(own), format_number(own.value - less.value, spread=spread_of(own))


def _of_paraphrases(methods: Sequence[Method]) -> Iterator[str]:
    """Tell which method holds on to its ranks when a text is put in other words."""
    tried = [one for one in methods if one.paraphrased is not None]
    told = [
        (one.label, number.value, format_estimate(number))
        for one in tried
        if (number := one.number("paraphrase_stability")) is not None and number.value is not None
    ]
    if not tried:
        return
    how = next(one.paraphrased.by for one in tried if one.paraphrased is not None)
    start = f"Put in other words ({how}), "
    if not told:
        yield f"{start}no text could be explained alike"
        return
    label, _, best = max(told, key=lambda one: one[1])
    text = f"{start}words that stay keep their order best by {label} (Spearman {best})"
    if len(told) > 1:
        label, _, worst = min(told, key=lambda one: one[1])
        text = f"{text}, worst by {label} ({worst})"
    yield f"{text}; words ranked at random come to 0"


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
