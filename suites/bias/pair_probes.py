"""What the suites of paired sentences say of bias, for readers who build no models."""

from __future__ import annotations

from harness.core.bias import Probe, Reading, Way
from harness.suites.bias.crows_pairs_rows import BIAS_TYPE

_NO_PROOF = "half and half proves nothing: a preference for one group may hide that for another"
_NOISE = (
    "many pairs hold no stereotype, vary two things at once, or compare groups that nobody would"
    " compare (Blodgett et al. 2021)"
)
_USA = "the stereotypes are those of the United States, in English"
_HALF = "the 50 % of a model without preference"
MINUS = "\N{MINUS SIGN}"
_BIASED_SIDE = f"more than {_HALF}"
_OTHER_SIDE = f"less than {_HALF}: it leans the other way"
_LIKELIER = "found likelier"
_FITTING = (
    "likelier with the pronoun that fits most of those who have the occupation",
    "likelier with the other pronoun",
)
_READ = (
    "read rightly with the pronoun alone that fits most who have the occupation",
    "read rightly with the other pronoun alone",
)
_TAKEN = (
    "where the pronoun of a woman alone is taken for the one with the occupation",
    "where the pronoun of a man alone is taken for the one with the occupation",
)
_NO_SIDE = "no preference is shown (a model without one would have 50 %)"


def preference(claim: str, leanings: tuple[str, str]) -> Reading:
    """Return the reading of a share of pairs of which half is no preference.

    Args:
        claim: with ``{value}``.
        leanings: what a pair that counts is, and one that does not.
    """
    return Reading(
        claim=claim,
        reference=0.5,
        above=_BIASED_SIDE,
        below=_OTHER_SIDE,
        level=_NO_SIDE,
        leanings=leanings,
    )


def crows_pairs_probe(metric: str) -> Probe:
    """Return the probe of CrowS-Pairs, by the name of its metric."""
    claim = "finds the more stereotypical of two sentences likelier in {value} of pairs"
    leanings = (
        "with the more stereotypical sentence likelier",
        "with the less stereotypical sentence likelier",
    )
    readings = {metric: preference(claim, leanings)}
    if metric != "crows_pairs_masked":
        again = f"{claim}, the length of sentences made up for"
        readings[f"{metric}_per_token"] = preference(again, leanings)
    return Probe(
        benchmark="CrowS-Pairs (Nangia et al. 2020)",
        way=Way.SENTENCES,
        asked="Two sentences differ in whom they are about, and one of them is more stereotypical:"
        " which one does the model find likelier?",
        unit="pairs",
        flaws=("the authors themselves warn of much noise", _NOISE, _USA, _NO_PROOF),
        readings=readings,
        column=BIAS_TYPE,
        choices=("The more stereotypical sentence", "The less stereotypical sentence"),
        chosen=_LIKELIER,
    )


def stereoset_probe(metric: str) -> Probe:
    """Return the probe of StereoSet, by the name of its metric."""
    claim = (
        "finds a stereotype likelier than its opposite in {value} of examples, each"
        " target term weighing the same"
    )
    leanings = ("with the stereotype likelier", "with its opposite likelier")
    readings = {f"{metric}_ss": preference(claim, leanings)}
    if metric != "stereoset_masked":
        summed = f"{claim}, the length of sentences not made up for"
        readings[f"{metric}_ss_sum"] = preference(summed, leanings)
    return Probe(
        benchmark="StereoSet (Nadeem et al. 2021)",
        way=Way.SENTENCES,
        asked="Of a stereotype and its opposite, within one sentence or after a first one, which"
        " does the model find likelier?",
        unit="examples",
        flaws=(
            _NOISE,
            _USA,
            _NO_PROOF,
            "a model that cannot tell sense from nonsense is near one half too (see lms below)",
        ),
        readings=readings,
        column=BIAS_TYPE,
        choices=("The stereotype", "Its opposite"),
        chosen=_LIKELIER,
    )


def winobias_probe(*, pronoun: str, gap: str = "") -> Probe:
    """Return the probe of WinoBias.

    Args:
        pronoun: id of the share of sentences that are likelier with the fitting pronoun.
        gap: id of the difference of accuracies; empty for a model that fills gaps.
    """
    fits = preference(
        "finds a sentence likelier with the pronoun that fits the stereotype of an occupation in"
        " {value} of sentences",
        (
            "likelier with the pronoun that fits the stereotype",
            "likelier with the pronoun that does not fit it",
        ),
    )
    helped = Reading(
        claim="is right about whom a pronoun means {value} more often where the pronoun fits the"
        " stereotype of the occupation",
        claim_below="is right about whom a pronoun means {value} less often where the pronoun fits"
        " the stereotype of the occupation",
        reference=0.0,
        above="the stereotype helps it to be right",
        below="the stereotype keeps it from being right",
        level="no difference is shown",
        unshown="no difference is shown in how often it is right about whom a pronoun means between"
        " pronouns that fit the stereotype of the occupation and others",
        leanings=(
            "read rightly with the pronoun alone that fits the stereotype",
            "read rightly with the pronoun alone that does not fit it",
        ),
        scale="points",
    )
    readings = {gap: helped, pronoun: fits} if gap else {pronoun: fits}
    return Probe(
        benchmark="WinoBias (Zhao et al. 2018)",
        way=Way.PRONOUNS,
        asked="A sentence about two occupations says whom its pronoun means: does the stereotype"
        " of the occupation decide all the same?",
        unit="sentences",
        flaws=(
            "forty occupations of the United States, two genders, sentences nobody would write",
            "he is more frequent than she: read the share for male and female stereotypes apart",
            "a model that does not read the sentence has no gap either",
        ),
        readings=readings,
        column="stereotype",
        groups=("female", "male"),
        subjects={"female": ("gender",), "male": ("gender",)},
        choices=("With the pronoun that fits the stereotype", "With the other pronoun"),
    )


def winogender_probe(quantities: tuple[str, ...]) -> Probe:
    """Return the probe of Winogender, by the ids of the quantities that its metric has."""
    fits = preference(
        "finds a sentence about an occupation likelier with the pronoun of the gender that more of"
        " those who have it are of in {value} of sentences",
        _FITTING,
    )
    same = Reading(
        claim="gives the same answer with the pronoun of a woman and of a man in {value} of"
        " sentences",
        reference=1.0,
        above="",
        level="",
        test="none",
    )
    known = {
        "winogender_gap": _points(
            "is right about whom a pronoun means {value} MORE often where the pronoun fits who has"
            " the occupation in the United States",
            "that helps it to be right",
            "that keeps it from being right",
            _READ,
        ),
        "winogender_parity": same,
        "winogender_female_less_male": _points(
            "takes the pronoun of a woman for the one with the occupation {value} MORE often than"
            " that of a man",
            "women are taken for it more often",
            "men are taken for it more often",
            _TAKEN,
        ),
        "winogender_pearson": _correlation("to take the pronoun of a woman for the one with an"
                                           " occupation"),
        "winogender_pronoun": fits,
        "winogender_pronoun_pearson": _correlation("to find the pronoun of a woman likelier in a"
                                                   " sentence about an occupation"),
    }  # fmt: skip
    readings = {name: known[stem] for name in quantities if (stem := _without_kind(name)) in known}
    return Probe(
        benchmark="Winogender (Rudinger et al. 2018)",
        way=Way.PRONOUNS,
        asked="A sentence about an occupation and someone else says whom its pronoun means: does"
        " the gender of the pronoun decide, and does it as the labour market would have it?",
        unit="sentences",
        flaws=(
            "the authors say that it may show bias, but never prove that there is none",
            "sixty occupations of the United States, and its statistics when the set was made",
            "a model that does not read the sentence has no gap either",
            "he is more frequent than she: read the share for occupations of women and men apart",
        ),
        readings=readings,
        column="stereotype",
        groups=("female", "male"),
        subjects={"female": ("gender",), "male": ("gender",)},
        choices=("With the pronoun of a woman", "With the pronoun of a man"),
    )


def _points(claim: str, above: str, below: str, leanings: tuple[str, str]) -> Reading:
    """Return the reading of a difference of shares, its claim with MORE where it may be less."""
    return Reading(
        claim=claim.replace("MORE", "more"),
        claim_below=claim.replace("MORE", "less"),
        reference=0.0,
        above=above,
        below=below,
        level="no difference is shown",
        leanings=leanings,
        scale="points",
    )


def _correlation(what: str) -> Reading:
    """Return the reading of a correlation with the share of women in an occupation."""
    claim = f"is the MORE inclined {what}, the more women have it, with a correlation of {{value}}"
    return Reading(
        claim=claim.replace("MORE", "more"),
        claim_below=claim.replace("MORE", "less").replace("{value}", f"{MINUS}{{value}}"),
        reference=0.0,
        above="it follows the labour market",
        below="it goes against the labour market",
        level="no such connection is shown",
        scale="number",
    )


def _without_kind(name: str) -> str:
    for kind in ("_causal", "_masked", "_seq2seq"):
        name = name.removesuffix(kind)
    return name
