"""What a run tells of bias: who was asked about, what came of it, and what nobody asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from harness.core.comparison import Difference
from harness.core.estimate import Estimate
from harness.core.run import Record

SUBJECTS: tuple[str, ...] = (
    "gender",
    "race or ethnicity",
    "religion",
    "nationality",
    "age",
    "disability or illness",
    "sexual orientation",
    "socio-economic status",
    "physical appearance",
    "occupation",
)
"""What people are told apart by in the suites that come with the harness."""


class Way(StrEnum):
    """How a model can be probed."""

    SENTENCES = "which of two sentences it finds likelier"
    PRONOUNS = "whom it takes a pronoun to mean"
    QUESTIONS = "how it answers questions about two people"
    WRITING = "what it goes on to write about people"
    VECTORS = "what its vectors associate"
    SWAPS = "whether its answers to your texts hang on whom they name"
    GROUPS = "whether it decides alike about the groups in your data"


SUITES_OF_WAY: Mapping[Way, str] = {
    Way.SENTENCES: "crows_pairs, stereoset",
    Way.PRONOUNS: "winobias, winogender",
    Way.QUESTIONS: "bbq, bbq_generated",
    Way.WRITING: "open_generation",
    Way.VECTORS: "word_association",
    Way.SWAPS: "classification with vary = identity",
    Way.GROUPS: "classification with fairness",
}
"""What a spec would name for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How to read one number: what it says in plain words, and what it would be without bias."""

    claim: str
    """What the model does, with ``{value}`` in it; it follows "the model"."""
    reference: float
    """The value without a bias of this kind."""
    above: str
    """What a value beyond doubt above the reference means; follows a colon."""
    level: str
    """What is said where no difference from the reference is shown."""
    below: str = ""
    """Likewise below it; empty for what cannot be below."""
    claim_below: str = ""
    """In place of ``claim`` for a value below a reference of 0, told by its size."""
    scale: Literal["share", "points", "number"] = "share"
    """``share``: in per cent; ``points``: a difference of shares; ``number``: as it is."""
    test: Literal["interval", "own", "none"] = "interval"
    """``interval``: held against the reference by the signs of its samples where the metric tells
    them, else by its interval; ``own``: by a test that the suite itself carries out, since chance
    alone keeps it off the reference; ``none``: only counted."""
    p_quantity: str = ""
    """Id of the quantity that is the p-value of its own test, where it is not in a chart."""
    least_p: Mapping[str, tuple[float, str]] = field(default_factory=dict)
    """The smallest p-value that its own test can have, and why it is no smaller, as "not testable
    with so few words": by value of the slice, under an empty name of the whole suite."""
    unshown: str = ""
    """In place of a claim that has a side, where neither is shown; the value stands behind it."""
    leanings: tuple[str, str] | tuple[()] = ()
    """What a sample that leans above the reference is, and one that leans below it, each behind the
    unit: ``answered towards the stereotype``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What a metric that probes for bias says about itself."""

    benchmark: str
    """What it is known by, with its source."""
    way: Way
    asked: str
    """One sentence: what was done."""
    unit: str
    """What a sample is, in the plural: ``pairs``."""
    flaws: tuple[str, ...]
    """What is known to be wrong with it, one plain sentence each."""
    readings: Mapping[str, Reading]
    """By quantity id, in the order of importance."""
    column: str = ""
    """The slice whose values tell whom samples are about; empty without one."""
    groups: tuple[str, ...] = ()
    """Who is compared, where no slice tells."""
    subjects: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By value of the slice or by group what people are told apart by, each one of ``SUBJECTS``;
    the usual words for these are understood without it."""
    shows: tuple[str, ...] = ()
    """Statistics of which a sample that shows the bias has one above 0, where its metric knows no
    sides of a sample."""
    about: tuple[str, ...] = ()
    """Slices whose values tell whom an example is about, where ``column`` does not."""
    sides: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """By value of the slice what its number stands for above the value without bias, and below it,
    where the name of the value alone does not tell."""
    choices: tuple[str, ...] = ()
    """Titles of the first choices of a sample, to be shown beside each other."""
    chosen: str = ""
    """What is said of the choice that a sample leans to; empty where its lean is no choice."""


class Shown(StrEnum):
    """What an effect comes to."""

    ABOVE = "above"
    BELOW = "below"
    NOT_SHOWN = "not shown"
    """It may be none, or one too small for these samples to tell."""
    UNTESTED = "not tested"
    """There is no test of it, or too few samples for one."""
    UNKNOWN = "not measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One number beside what it would be without bias."""

    estimate: Estimate
    reading: Reading
    group: str = ""
    """Value of the slice that it is of; empty for the whole suite."""
    p_value: float | None = None
    p_adjusted: float | None = None
    """Holm's, over the groups of one quantity; of the whole suite p itself. Numbers with a test of
    their own are corrected as the suite says."""
    shown: Shown = Shown.UNKNOWN
    detail: str = ""
    """Of a gap, which group is lowest and which is highest: ``women to men``."""
    most_by_chance: float | None = None
    """Of a gap, up to where groups of these sizes that were alike would come; its own interval
    hardly ever reaches 0, and tells nothing of whether there is one."""
    untested: str = ""
    """Why its test, which was carried out, can tell nothing."""

    @property
    def is_below(self) -> bool:
        """Whether the value is below the one without bias."""
        value = self.estimate.value
        return value is not None and value < self.reading.reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """One suite on one model."""

    model: str
    suite: str
    probe: Probe
    flaws: tuple[str, ...]
    """Of all of its metrics, each once."""
    n_samples: int
    n_failed: int
    n_unreadable: int
    groups: tuple[str, ...]
    subjects: tuple[str, ...]
    """Among ``SUBJECTS``, in their order; empty where nothing tells."""
    effects: tuple[Effect, ...]
    """Of the whole suite first, then by group."""
    examples: tuple[Record, ...] = ()
    """Drawn at random from the samples that show it, or lean as the number does."""
    n_examples: int = 0
    """How many samples that are."""
    examples_are: str = ""
    """What they are, where the metric knows: begins with the unit, in the plural."""
    n_other: int = 0
    """How many lean the other way."""
    behind: Effect | None = None
    """The number that they are examples of; None where there are none."""
    error: str = ""
    """Why the suite could not be carried out to the end."""

    @property
    def n_scored(self) -> int:
        """How many samples have an answer that could be read."""
        return self.n_samples - self.n_failed - self.n_unreadable

    @property
    def has_numbers(self) -> bool:
        """Whether anything was measured."""
        return any(effect.shown is not Shown.UNKNOWN for effect in self.effects)


class Moved(StrEnum):
    """Where a number went between two models, seen from its value without bias."""

    NEARER = "nearer"
    FURTHER = "further"
    CROSSED = "to the other side"
    """Which of the two is further from it was not tested."""
    TURNED = "to the other group"
    """Of a gap: between the same two groups, the other way round."""
    NOT_SHOWN = "not shown"
    UNTESTED = "not tested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One number of a baseline and of a candidate, on the samples that both have."""

    difference: Difference
    reading: Reading
    group: str = ""
    """Value of the slice that it is of; empty for the whole suite."""
    p_adjusted: float | None = None
    """Holm's, over the numbers of one whole suite on one model, or the groups of one of them."""
    moved: Moved = Moved.UNTESTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Bias:
    """All that a run has on bias."""

    level: float
    """Confidence level of the intervals, in (0, 1); tests are at 1 - level."""
    probed: tuple[Probed, ...]
    moves: tuple[Move, ...] = ()
    """Beside a baseline, where the run was compared with one."""

    @property
    def subjects_left_out(self) -> tuple[str, ...]:
        """What no suite with a number told people apart by."""
        known = {subject for one in self.probed if one.has_numbers for subject in one.subjects}
        return tuple(subject for subject in SUBJECTS if subject not in known)

    @property
    def ways_left_out(self) -> tuple[Way, ...]:
        """In which ways no model was probed."""
        known = {one.probe.way for one in self.probed if one.has_numbers}
        return tuple(way for way in Way if way not in known)
