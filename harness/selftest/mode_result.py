"""What the tool told of one mode, beside the truth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from harness.core.latency import tpot, ttft
from harness.core.trace import Trace
from harness.selftest.modes import Mode
from harness.selftest.true_times import true_tpot, true_ttft

LARGEST_ERROR_S = 0.001
LARGEST_RELATIVE_ERROR = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One median, as the tool has it and as it was; in seconds, None where it is not to be had."""

    told_s: float | None
    true_s: float | None

    @property
    def error_s(self) -> float | None:
        """How much too long it is told to be."""
        return None if self.told_s is None or self.true_s is None else self.told_s - self.true_s

    @property
    def relative_error(self) -> float | None:
        """The error as a part of the truth."""
        return self.error_s / self.true_s if self.error_s is not None and self.true_s else None

    @property
    def is_within(self) -> bool:
        """Whether it is off by no more than 1 ms and 2 %, and told exactly if it is to be had."""
        error_s, relative = self.error_s, self.relative_error
        if error_s is None or relative is None:
            return self.told_s is self.true_s is None
        return abs(error_s) <= LARGEST_ERROR_S and abs(relative) <= LARGEST_RELATIVE_ERROR


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeResult:
    """One mode at one number of streams."""

    mode: str
    n_streams: int
    n_requests: int
    n_failed: int
    """As the tool has it."""
    n_refused: int
    """By the server."""
    ttft: Compared
    tpot: Compared
    problems: tuple[str, ...]
    """What was told wrongly of chunks, tokens, channels or refusals, a sentence each."""

    @property
    def is_within(self) -> bool:
        """Whether nothing was told wrongly or lost, and both medians are within the limits."""
        is_whole = self.n_failed == self.n_refused and not self.problems
        return is_whole and self.ttft.is_within and self.tpot.is_within


def mode_result(
    mode: Mode, n_streams: int, pairs: Sequence[tuple[Trace, Trace | None]], problems: Sequence[str]
) -> ModeResult:
    """Judge what was told of some requests, each with its truth; None where it was refused.

    The truth goes through formulas of its own, so that a fault of the tool's is seen.
    """
    told = [trace for trace, _ in pairs]
    true = [trace for _, trace in pairs if trace is not None]
    steps = map(true_tpot, true) if mode.script.tells_tokens else ()
    return ModeResult(
        mode=mode.name,
        n_streams=n_streams,
        n_requests=len(told),
        n_failed=sum(trace.failure is not None for trace in told),
        n_refused=len(pairs) - len(true),
        ttft=Compared(told_s=_median(map(ttft, told)), true_s=_median(map(true_ttft, true))),
        tpot=Compared(told_s=_median(map(tpot, told)), true_s=_median(steps)),
        problems=tuple(dict.fromkeys(problems)),
    )


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
