"""How one model bears disturbed and attacked texts, beside the same texts as they are.

Every difference is disturbed - clean, on the samples of one run that are scored on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from harness.core.attacked import Attacked
from harness.core.comparison import Difference
from harness.core.estimate import Estimate, Interval
from harness.core.response import Response
from harness.core.run import Record
from harness.core.score import Direction
from harness.core.text_measures import Closeness, PairMeasured


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A part of a count."""

    n_hits: int
    n: int
    """Of what it is a share."""
    interval: Interval | None
    """Wilson's; None without a trial."""

    @property
    def value(self) -> float | None:
        """In [0, 1]; None of nothing."""
        return self.n_hits / self.n if self.n else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """What a perturbation does to one headline quantity."""

    difference: Difference
    p_adjusted: float | None = None
    """Holm's, over all perturbations of one suite on one model that changed any text, each
    quantity by itself; None for what has no test or is neither better nor worse."""

    @property
    def loss(self) -> float | None:
        """The difference turned so that above 0 is worse; None where either is not known."""
        found = self.difference
        if found.difference is None or found.quantity.direction is Direction.NEITHER:
            return None
        is_higher_better = found.quantity.direction is Direction.HIGHER
        return -found.difference if is_higher_better else found.difference

    @property
    def largest_loss(self) -> float | None:
        """The end of the interval that is worse, turned in the same way."""
        interval = self.difference.interval
        if interval is None or self.loss is None:
            return None
        is_higher_better = self.difference.quantity.direction is Direction.HIGHER
        return -interval.low if is_higher_better else interval.high

    def is_shown(self, level: float) -> bool:
        """Tell whether there is a difference beyond doubt, one way or the other."""
        return self.p_adjusted is not None and self.p_adjusted <= 1 - level


@dataclass(frozen=True, slots=True, kw_only=True)
class Disturbed:
    """One perturbation."""

    suite: str
    """That asked about its texts."""
    perturbation: str
    drops: tuple[Drop, ...]
    """One for each headline quantity, in their order."""
    changed: Share
    """Samples whose text is another, of those that both suites have records of and whose text could
    be disturbed as it was to be."""
    flipped: Share | None
    """Samples whose answer is another (label, choice, or generated text), of those that were
    answered and read on both sides; None for outputs that name no answer."""
    n_flipped_alone: int = 0
    """Answers among those flipped whose text is as it was: the model is not of one mind."""
    n_failed_clean: int = 0
    """Samples left out of the flips because the clean text has no answer that could be read."""
    n_failed: int = 0
    """Samples left out of them because the disturbed text alone has none."""
    changes_target: bool = False
    """Whether what was done changes what a text says: a good model answers otherwise, and loses
    by the clean targets. Such a perturbation has no part in the worst case, the mean, the tests."""
    closeness: tuple[Closeness, ...] = ()
    """How near the changed texts are to what they were, by each measure that was asked for."""
    note: str = ""
    """Why there is nothing here, or not all of it; one sentence."""

    @property
    def is_counted(self) -> bool:
        """Whether answers ought to stay as they are, and at least one text was changed."""
        return not self.is_idle and not self.changes_target

    @property
    def is_idle(self) -> bool:
        """Whether not one text was changed: the model was put to no test."""
        return self.changed.n > 0 and not self.changed.n_hits


@dataclass(frozen=True, slots=True, kw_only=True)
class Overall:
    """One headline quantity over all perturbations of a suite."""

    kind: Literal["worst", "mean"]
    """``worst``: mean over samples of the worst value that a sample has on its clean text and on
    every disturbed one; for accuracy, right each time (Liang et al. 2022, HELM, robustness).
    ``mean``: mean over samples of the mean over perturbations, the clean text left out. A
    perturbation that changed no text, or the meaning of texts, has no part in either."""
    difference: Difference
    """Beside the clean value on the same samples. Without p: the worst case cannot but be worse."""
    interval: Interval | None
    """Of the value itself."""
    n_left_out: int
    """Samples without a score on the clean text or on one of the disturbed ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attacks:
    """What one attack came to."""

    suite: str
    attack: str
    estimates: tuple[Estimate, ...]
    """Of the whole suite; each quantity's definition names its denominator."""
    n_failed: int = 0
    """Samples that could not be attacked to the end. Those that take more queries fail more often,
    so that what is left is attacked more successfully than all would be."""
    n_undisturbed: int = 0
    """Samples among those in whose text the attack had nothing to change."""
    closeness: tuple[Closeness, ...] = ()
    """How near the texts of its successes are to what they were, by each measure asked for."""
    control_closeness: tuple[Closeness, ...] = ()
    """Likewise of the random search beside it."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One sample on which the model was better before its text was changed."""

    by: str
    """Label of the perturbation or attack."""
    clean: Record
    disturbed: Record
    measured: PairMeasured | None = None
    """What judges said of both texts; None where none was asked."""


def final_text(record: Record) -> str:
    """Return the text that the model was shown in the end: an attack's, where there was one."""
    answer = record.answer
    if isinstance(answer, Response) and isinstance(answer.output, Attacked):
        return answer.output.text
    return record.sample.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Robustness:
    """One model on one suite, undisturbed and disturbed."""

    model: str
    suite: str
    """The clean one."""
    level: float
    """Confidence level of the intervals, in (0, 1); tests are at 1 - level."""
    disturbed: tuple[Disturbed, ...] = ()
    overall: tuple[Overall, ...] = ()
    """Of headline quantities that are means over samples; others have no worst value of one."""
    attacks: tuple[Attacks, ...] = ()
    examples: tuple[Example, ...] = ()
    notes: tuple[str, ...] = ()
    """One sentence for each number that could not be looked at."""

    @property
    def lead(self) -> str | None:
        """Id of the first headline quantity that has a better side; None without any."""
        return next(
            (
                drop.difference.quantity.id
                for one in self.disturbed
                for drop in one.drops
                if drop.difference.quantity.direction is not Direction.NEITHER
            ),
            None,
        )
