"""What must be known before a time is believed: where the clock stood, and how steady all was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harness.core.load import Tier
from harness.core.run import Evaluation, Run
from harness.reports.number_format import format_count

_TIERS = {
    Tier.IN_PROCESS: ("in-process", "the model ran in the process that held the clock"),
    Tier.LOOPBACK: ("loopback", "another process of the same machine answered"),
    Tier.REMOTE: ("remote: network included", "another machine answered, of unknown hardware"),
}
_MAX_REASONS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class TimingBadge:
    """A word beside a suite's name."""

    name: str
    """``tier``, ``unstable`` or ``invalid``, for the colour."""
    word: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimingFacts:
    """What stands above the numbers of one model on one suite."""

    badges: tuple[TimingBadge, ...]
    reasons: tuple[str, ...]
    """Why loads are marked, a sentence each, at most ``_MAX_REASONS``."""
    n_left_out: int


def timing_facts(evaluation: Evaluation) -> TimingFacts:
    """Return an evaluation's badges and what they rest on; empty for what was not timed."""
    reasons = [*_reasons(evaluation.breaches), *_reasons(evaluation.unstable)]
    return TimingFacts(
        badges=tuple(_badges(evaluation)),
        reasons=tuple(reasons[:_MAX_REASONS]),
        n_left_out=max(0, len(reasons) - _MAX_REASONS),
    )


def is_timed(run: Run) -> bool:
    """Tell whether any number of a run was measured in rounds, and so depends on the machine."""
    return any(estimate.quantity.unit == "round" for estimate in run.estimates)


def load_count(loads: Mapping[str, tuple[str, ...]]) -> str:
    """Say how many loads there are.

    >>> load_count({"c=1": ("it throttled",)})
    '1 load'
    """
    return f"{format_count(len(loads))} load{'' if len(loads) == 1 else 's'}"


def _badges(evaluation: Evaluation) -> Iterator[TimingBadge]:
    if evaluation.tier:
        word, note = _TIERS[Tier(evaluation.tier)]
        yield TimingBadge(name="tier", word=word, note=note)
    if evaluation.breaches:
        word = f"not valid at {load_count(evaluation.breaches)}"
        yield TimingBadge(name="invalid", word=word, note="no verdict may rest on these figures")
    if evaluation.unstable:
        word = f"unstable at {load_count(evaluation.unstable)}"
        yield TimingBadge(name="unstable", word=word, note="the machine was not steady")


def _reasons(told: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for load, texts in told.items():
        yield from (f"{load}, {text}" for text in texts)
