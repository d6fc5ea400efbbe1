"""What the numbers of group fairness are called and what they mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.core.score import Direction, Quantity
from harness.suites.metrics.grouping import Grouping, of_gap, of_group

PER_GROUP: Mapping[bool, tuple[str, ...]] = {
    True: ("selection_rate", "tpr", "fpr", "accuracy", "f1"),
    False: ("accuracy", "f1"),
}
"""Rates of a group, by whether there is one positive label."""
TESTED: Mapping[bool, tuple[str, ...]] = {
    False: ("demographic_parity_difference", "accuracy_difference", "f1_difference"),
    True: ("equalized_odds_difference", "equal_opportunity_difference"),
}
"""Gaps that are held against permuted groups, by whether the target is given: then labels change
places among samples of one target only. The others are one of these in another form."""
BIASED = "0 is equal; chance alone makes it larger, the more groups and the fewer samples: see the"
"""Begins the warning that every difference carries."""
_HEADLINES = (
    "demographic_parity_difference",
    "equalized_odds_difference",
    "accuracy_difference",
)
_WARNING = f"{BIASED} gap of permuted groups"
_GAPS = {
    "demographic_parity_difference": "largest less smallest share of a group taken for {label}"
    " (fairlearn)",
    "demographic_parity_ratio": "smallest over largest share of a group taken for {label}"
    " (fairlearn)",
    "equalized_odds_difference": "the larger of the gaps in true and in false positive rate of"
    " {label} (Hardt et al. 2016; fairlearn, agg='worst_case')",
    "equalized_odds_difference_mean": "mean of the gaps in true and in false positive rate of"
    " {label} (fairlearn, agg='mean')",
    "equal_opportunity_difference": "largest less smallest true positive rate of {label} (Hardt et"
    " al. 2016; fairlearn)",
    "accuracy_difference": "largest less smallest accuracy of a group",
    "f1_difference": "largest less smallest F1 of a group that has samples to find",
}
_RATES = {
    "selection_rate": (Direction.NEITHER, "share of {group} taken for {label}"),
    "tpr": (Direction.HIGHER, "share of {group}'s own {label} samples taken for it"),
    "fpr": (Direction.LOWER, "share of {group}'s other samples taken for {label}"),
    "accuracy": (Direction.HIGHER, "accuracy on {group}"),
    "f1": (
        Direction.HIGHER,
        "F1 of {label} on {group}; undefined where it has no such sample (0 in scikit-learn)",
    ),
}


def claims_of(positive: str | None) -> Mapping[str, str]:
    """Return what each tested gap says of a model, in words that ``by {value}`` follows."""
    label = repr(positive) if positive is not None else "some label"
    return {
        "demographic_parity_difference": f"takes samples for {label} at rates that differ",
        "equal_opportunity_difference": f"finds those that are {label} at rates that differ",
        "equalized_odds_difference": f"is right or wrong about {label} at rates that differ",
        "accuracy_difference": "decides with accuracies that differ",
        "f1_difference": f"has F1 scores of {label} that differ",
    }


def gap_quantities(grouping: Grouping, positive: str | None) -> Iterator[Quantity]:
    """Yield the gaps of one grouping, in the order of ``group_gaps``."""
    label = repr(positive) if positive is not None else "a label, of the worst one"
    for name, text in _GAPS.items():
        is_ratio = name.endswith("_ratio")
        words = f"{text.format(label=label)}, by {grouping.name}; {left_out_words(grouping)}"
        reference = "1 is equal, chance alone makes it smaller" if is_ratio else _WARNING
        yield Quantity(
            id=of_gap(name, grouping),
            direction=Direction.HIGHER if is_ratio else Direction.LOWER,
            definition=f"{words}{reference}",
            is_headline=name in _HEADLINES,
        )


def rate_quantities(grouping: Grouping, positive: str | None) -> Iterator[Quantity]:
    """Yield the rates of each group of a grouping."""
    label = repr(positive) if positive is not None else "the labels, their mean,"
    for group in grouping.groups:
        for name in PER_GROUP[positive is not None]:
            direction, text = _RATES[name]
            yield Quantity(
                id=of_group(name, grouping, group),
                direction=direction,
                definition=text.format(label=label, group=repr(group)),
            )


def left_out_words(grouping: Grouping) -> str:
    """Name the groups that are too small, for a definition; empty where there are none."""
    if not grouping.left_out:
        return ""
    return f"too small and left out: {', '.join(grouping.left_out)}; "
