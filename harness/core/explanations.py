"""What explanations of one model on one suite come to, and which of the methods deserves trust.

Every method is tried on the model itself, beside parts ranked at random on the same samples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from harness.core.estimate import Estimate, Interval
from harness.core.explained import Explained, LeftOut
from harness.core.explained_attacks import ExplainedAttacks
from harness.core.robustness import Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """The mean of a number that each sample has."""

    value: float | None
    """None of nothing."""
    interval: Interval | None
    """None with fewer than two independent samples, and where all of them agree."""
    n: int
    """Samples that have the number."""


class Trust(StrEnum):
    """What the trials of a method say, beside random ranks on the same samples."""

    TRUSTED = "deserves trust"
    """Taking its first words away costs the answer more than random words do, and its first words
    alone keep more of it: both beyond doubt."""
    HALF = "half shown"
    """One of the two is beyond doubt, and the other is not shown either way."""
    NOT_SHOWN = "not shown to be better"
    """Neither is shown, which does not say that it is no better."""
    TOO_FEW = "too few texts"
    """Fewer than ``MIN_TELLING`` tell of either, and neither is tested."""
    WORSE = "worse than random"
    """One of the two is the other way round beyond doubt."""
    CONTROL = "control"
    """The method that draws its values: what its trials show is chance, whatever it is."""
    UNKNOWN = "not tried"


TRIALS = ("comprehensiveness_gain", "sufficiency_gain")
"""Ids of the two quantities that trust rests on: each is the method's own less that of the random
ranks, of the same sample."""
CONTROL = "random"
"""Name of the method that draws its values."""
MIN_TELLING = 8
"""Independent texts on which it must matter how the parts are ranked before a trial is tested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialTest:
    """What one of the trials of a method shows."""

    quantity: str
    """One of ``TRIALS``."""
    side: int
    """1 where the method is better than random ranks beyond doubt, -1 where it is worse, else 0."""
    p_value: float | None
    """How often random ranks come to as much, two-sided, after Holm's correction over both trials
    of all methods of the suite on the model; None where too few texts tell."""
    n_telling: int
    """Independent texts on which it matters how the parts are ranked."""
    n_units: int
    """Independent texts that were tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paraphrased:
    """The texts that a method was to explain in other words as well."""

    by: str
    """What was done to them: labels of perturbations, in their order."""
    n: int
    left_out: Mapping[LeftOut, int]
    """How many of them tell nothing of its stability, and why."""

    @property
    def n_compared(self) -> int:
        """Those that do."""
        return self.n - sum(self.left_out.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One method on all the samples that were drawn."""

    suite: str
    label: str
    """Name with the options that are not the default."""
    estimates: tuple[Estimate, ...]
    """Of all its samples together."""
    unit: str = ""
    """Of what is explained, ``probability`` or ``log-probability``; empty where nothing is."""
    is_in_unit: bool = False
    """Whether its values add up to what is explained, and so are told in its unit."""
    version: str = ""
    """Changes with its code, its options and the seed."""
    n_explained: int = 0
    n_capped: int = 0
    """Samples on which the budget ran out before the method was through."""
    n_failed: int = 0
    paraphrased: Paraphrased | None = None
    """None where no text was put in other words."""
    note: str = ""
    """Why there is nothing here, or not all of it; one sentence."""
    tests: tuple[TrialTest, ...] = ()
    """Of its trials, in their order; those without a number are not among them."""

    def number(self, quantity: str) -> Estimate | None:
        """Return one of its numbers by id; None where it was not measured."""
        found = (each for each in self.estimates if each.quantity.id == quantity)
        return next((each for each in found if each.value is not None), None)

    @property
    def is_control(self) -> bool:
        """Whether its values are drawn."""
        return self.label.split()[0] == CONTROL

    @property
    def trust(self) -> Trust:
        """What its trials say."""
        if self.is_control:
            return Trust.CONTROL
        sides = [test.side for test in self.tests]
        if not sides:
            return Trust.UNKNOWN
        if -1 in sides:
            return Trust.WORSE
        if sides.count(1) == len(TRIALS):
            return Trust.TRUSTED
        if 1 in sides:
            return Trust.HALF
        can_be_told = any(test.p_value is not None for test in self.tests)
        return Trust.NOT_SHOWN if can_be_told else Trust.TOO_FEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How much alike two methods rank the parts of a text for what the model has chosen."""

    first: str
    second: str
    """Labels."""
    correlation: Mean
    """Spearman's, in [-1, 1], over the parts of each sample."""
    overlap: Mean
    """Share of the first parts of one that are among the first of the other, in [0, 1]; what it
    is on average where equal values are put in order at random."""
    by_chance: float | None
    """What that share is on average for ranks that know nothing of each other."""


TOP_SHARE = 0.20
"""Of the parts, rounded up: what counts as the first parts of a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordValue:
    """What a word adds to one output, wherever it stands."""

    word: str
    """In lower case, without the signs around it."""
    output: str
    """Label; empty for the answer that the model has written, another one on each sample."""
    mean: Mean
    """Over the samples that have the word, of its mean value on each."""
    is_shown: bool
    """Whether it is other than 0 beyond doubt, after Holm's correction over all words of enough
    samples for this output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcut:
    """A word that alone is enough."""

    word: str
    output: str
    n: int
    """Samples on which it alone keeps what the model has chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcuts:
    """First words of a method that alone keep the choice, where a blank text is taken for another.

    Other methods have no part in it: the more are tried, the more words would be.
    """

    found: Share
    """Samples with such a word, of those on which one word alone was tried and could decide."""
    by_chance: float
    """What that share is of words drawn at random, mean over rankings of the same samples."""
    words: tuple[Shortcut, ...]
    """Those of two samples at least, the most frequent first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A word that the model leans on and that may give the target away."""

    word: str
    label: str
    share: Share
    """Samples with this target, of all of the suite that have the word."""
    base: float
    """Share of the target among all samples of the suite."""
    n_leant: int
    """Explained samples on which it is among the first parts for what the model has chosen."""
    is_name: bool
    """Whether it is the name of the label itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenAnswers:
    """Explained answers in words of which the model tells whether it would write them so."""

    n: int
    in_other_tokens: tuple[str, ...]
    """Ids of the samples whose answer, read behind the prompt, is in other tokens than the model's
    own."""


class Kind(StrEnum):
    """What a sample is an example of."""

    SURE_AND_WRONG = "sure and wrong"
    WRONG = "wrong"
    RIGHT = "right"
    UNJUDGED = "drawn at random"
    """Of a suite without targets, or whose answers are neither right nor wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSample:
    """One sample with what each method makes of it."""

    kind: Kind
    id: str
    text: str
    targets: tuple[str, ...]
    explained: Mapping[str, Explained]
    """By the label of the method."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanations:
    """One model on one suite, its answers explained."""

    model: str
    suite: str
    """That whose samples were drawn."""
    level: float
    """Confidence level of the intervals, in (0, 1)."""
    methods: tuple[Method, ...]
    n_samples: int = 0
    """Samples that at least one method has explained."""
    agreements: tuple[Agreement, ...] = ()
    words: tuple[WordValue, ...] = ()
    """By output; those that speak most for it first, then those that speak most against it."""
    n_words: int = 0
    """Words of enough samples, from which these were taken."""
    shortcuts: Shortcuts | None = None
    """None where no single word was tried, or there is nothing to choose from."""
    leaks: tuple[Leak, ...] = ()
    examples: tuple[ShownSample, ...] = ()
    notes: tuple[str, ...] = ()
    written: WrittenAnswers | None = None
    """None of labels, and where nothing is told of it."""
    attacks: ExplainedAttacks = field(default_factory=ExplainedAttacks)
    """What methods make of the texts by which attacks have turned answers of the suite."""

    @property
    def ranked(self) -> tuple[Method, ...]:
        """The methods that have explained anything, the most trusted first.

        Of those trusted alike, that whose first words matter most.
        """
        return by_trust([method for method in self.methods if method.n_explained])

    @property
    def lead(self) -> Method | None:
        """The method that words are told by; None where there is none to believe."""
        return next(iter(believed(self.ranked)), None)


def by_trust(methods: Sequence[Method]) -> tuple[Method, ...]:
    """Return methods by their verdicts, the best first, and by what their first words matter."""
    order = list(Trust)
    return tuple(sorted(methods, key=lambda one: (order.index(one.trust), -_gain(one))))


def believed(methods: Sequence[Method]) -> tuple[Method, ...]:
    """Return the methods whose values there is reason to show, the most trusted first."""
    return tuple(
        method for method in by_trust(methods) if method.trust in (Trust.TRUSTED, Trust.HALF)
    )


def _gain(method: Method) -> float:
    found = method.number(TRIALS[0])
    return found.value if found is not None and found.value is not None else 0.0
