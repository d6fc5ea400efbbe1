"""The numbers that are told of several forms of one question."""

from __future__ import annotations

from harness.core.score import Direction, Quantity

UNREAD = Quantity(
    id="unread",
    direction=Direction.LOWER,
    definition="share of answers, in all forms together, that name no label, or not one alone; in"
    " accuracy and agreement they are answers, and right for no target",
)


def form_quantities(score: str) -> tuple[Quantity, ...]:
    """Return those that are made of the scores in each form, and of whether answers are alike.

    Args:
        score: what the score of one form is called.
    """
    lead = Direction.HIGHER
    return (
        Quantity(
            id=f"{score}_first",
            direction=lead,
            definition=f"{score} in the suite's own form",
        ),
        Quantity(
            id=f"{score}_min",
            direction=lead,
            definition=f"{score} in the form in which it is lowest; of noisy numbers the"
            " lowest is biased downward",
            is_headline=True,
        ),
        Quantity(
            id=f"{score}_max",
            direction=lead,
            definition=f"{score} in the form in which it is highest; biased upward",
        ),
        Quantity(
            id=f"{score}_mean",
            direction=lead,
            definition=f"mean of {score} over forms",
            is_headline=True,
        ),
        Quantity(
            id="spread",
            direction=Direction.LOWER,
            definition=f"highest less lowest {score} over forms (Sclar et al. 2023); biased"
            " upward: see spread_if_equal, and the permutation test beside it",
            is_headline=True,
        ),
        Quantity(
            id="spread_if_equal",
            direction=Direction.NEITHER,
            definition="the spread that chance alone would make if all forms were equally"
            " good: expected under permutations of a sample's scores among its forms",
        ),
        Quantity(
            id="consistency",
            direction=Direction.HIGHER,
            definition="share of samples answered alike in all forms, right or wrong; falls"
            " with each form that is added",
            is_headline=True,
        ),
        Quantity(
            id="agreement",
            direction=Direction.HIGHER,
            definition="mean over samples of the share of pairs of forms that are answered"
            " alike (lm-eval: consistency rate)",
        ),
    )
