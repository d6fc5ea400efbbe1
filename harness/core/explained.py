"""What the parts of a text have to do with what a model says of it, and how far to believe that.

Text, parts (T of them) and outputs (C of them): what is explained is the probability of each label
that a model gives scores for, or the log-probability of the one answer that it has written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from harness.core.attention import MappedTokens

Row = tuple[float, ...]
"""A number for each of the C outputs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """What a method makes of one text."""

    values: tuple[Row, ...]
    """(T, E): what each part adds to each of E outputs, in the method's own unit."""
    columns: tuple[int, ...] | None = None
    """(E,): places of the outputs that the method has explained; None for all C of them in order.
    One that asks about the chosen output alone has one column, and so has attention, whose values
    rank the parts and belong to no output in particular."""
    base: Row | None = None
    """(E,): what the values are added to. None for a method whose values need not add up."""
    total: Row | None = None
    """(E,): what base and values should come to; None as for ``base``."""
    is_capped: bool = False
    """Whether the budget ran out before the method was through: some parts share their value, or
    the sum misses its bound."""
    is_in_output_unit: bool = True
    """Whether the values are in the unit of the outputs, so that they may be held against what
    masking parts takes from them; gradients of another score are not."""
    attention: MappedTokens | None = None
    """Maps for a chart, of a method of attention; bounded by its option."""

    def column(self, output: int) -> int | None:
        """Return where in ``values``, ``base`` and ``total`` an output is; None where nowhere.

        Args:
            output: its place among the C.
        """
        if self.columns is None:
            return output
        return self.columns.index(output) if output in self.columns else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What the chosen output is when parts are taken away by rank (DeYoung et al. 2020, ERASER).

    One number for each share of the parts in ``SHARES``; the part ranked first is the one that
    speaks most for the chosen output.
    """

    without: tuple[float, ...]
    """The output with the first parts masked."""
    alone: tuple[float, ...]
    """The output with all but the first parts masked."""
    is_turned: tuple[bool, ...]
    """Whether the model does not choose the same with the first parts masked; see ``choice_of``."""
    is_kept: tuple[bool, ...]
    """Whether it still chooses the same with all but the first parts masked."""


SHARES = (0.01, 0.05, 0.10, 0.20, 0.50)
"""Of the parts, rounded up to whole parts: the thresholds of ERASER's AOPC for long texts."""


class LeftOut(StrEnum):
    """Why nothing can be said of an explanation's stability under a paraphrase."""

    UNCHANGED = "no other words found"
    FAILED = "not put in other words"
    """What was to do it broke down."""
    UNEXPLAINED = "not explained in other words"
    """The model gave no answer, or the method has a defect there."""
    TURNED = "taken for something else"
    """The model chooses another output for the paraphrase, and rightly has other reasons."""
    TOO_FEW = "too few words in common"
    FLAT = "words of equal value"
    """There or here no word in common says more than another: nothing is ranked."""


MIN_COMMON = 3
"""Words that a text and its paraphrase have in common before ranks of them are held against each
other; of two there is one order, or the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paraphrase:
    """The same said in other words, and what the method makes of it."""

    by: str
    """What was done to the text: labels of perturbations, in their order."""
    left_out: LeftOut | None = None
    """None where the ranks can be compared; of what follows there may be nothing otherwise."""
    reason: str = ""
    """What went wrong, where something did; one sentence."""
    text: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    """(U,): where its parts lie."""
    values: Row = ()
    """(U,): what each of them adds to the output that is chosen for both texts."""
    pairs: tuple[tuple[int, int], ...] = ()
    """Words in common, in order: the place of each among the T parts of the text, and among the U
    of the paraphrase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """The explanation of one text by one method, tried on the model itself."""

    outputs: tuple[str, ...]
    """C names: the labels, or the answer that the model has written."""
    unit: Literal["probability", "log-probability"]
    """Of ``whole``, ``blank`` and the trials."""
    chosen: int
    """Place of the output that the model chose for the text as it is."""
    whole: Row
    """(C,): outputs of the text as it is."""
    blank: Row
    """(C,): outputs with every part masked."""
    spans: tuple[tuple[int, int], ...]
    """(T,): characters of the sample's text at which each part begins, and behind its last."""
    attribution: Attribution
    trial: Trial
    random: tuple[Trial, ...]
    """The same with the parts ranked at random, once for each of some seeds. Every method on a
    sample is held against the same random ranks."""
    infidelity: float | None
    """Mean squared difference between what the values say that masking some parts takes from the
    chosen output and what it takes (Yeh et al. 2019), over masks that every method shares. None for
    values in another unit than the outputs'."""
    again: Attribution | None = None
    """The same method with another seed; None for one that draws nothing."""
    paraphrase: Paraphrase | None = None
    """The text in other words, explained by the same method; None where that was not tried."""
    n_queries: int
    """Texts that the method has asked about, the whole and the blank one and repetitions among
    them; those of ``again`` and of the paraphrase are not."""
    n_sent: int
    """Those among them that were sent for this sample's sake: known from no other method, sample
    or question."""
    n_gradients: int = 0
    """Questions about the model's inside; ``n_queries`` does not count them."""
    n_points: int | None = None
    """What they took: points at which a gradient was computed, those of a path and its ends among
    them, and one for attention or features. None in records from before these were counted."""
    n_audit_queries: int = 0
    """Texts that were asked about to try the method: trials, random ranks, masks of infidelity,
    the second seed, and the paraphrase."""
    n_audit_sent: int = 0
    """As ``n_sent``, of those."""
    is_read_as_written: bool | None = None
    """Whether each token of an answer in words, as it is read behind the prompt, is the model's own
    first choice, as those were that it wrote. Else what is explained is the likelihood of the text
    in other tokens. None of labels, of an answer that was drawn, and where the model does not tell.
    """
    n_unreadable: int = 0
    """Answers to masked texts, repetitions included, that name no output: the model has chosen
    none, and each is 0."""

    @property
    def scale(self) -> float | None:
        """What rounding of the chosen output's values is held against; see ``scale_of``."""
        return scale_of(self.attribution, self.whole[self.chosen], self.blank[self.chosen])


def choice_of(outputs: Sequence[float]) -> int:
    """Return the place of the output that a model chooses: the highest, the first one on a tie.

    Args:
        outputs: (C,) of a text; an answer that names none of several is 0 for each, and no choice.

    >>> choice_of((0.2, 0.4, 0.4))
    1
    """
    return max(range(len(outputs)), key=outputs.__getitem__)


def scale_of(attribution: Attribution, whole: float, blank: float) -> float | None:
    """Return the size of the outputs that values were worked out from, 1 or more.

    Args:
        attribution: the values.
        whole: the output that they are of, of the text as it is.
        blank: the same with every part masked.

    Returns:
        None for values in another unit than the outputs'.
    """
    return max(1.0, abs(whole), abs(blank)) if attribution.is_in_output_unit else None
