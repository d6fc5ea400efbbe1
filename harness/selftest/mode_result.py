"""What the tool told of one mode, beside the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from harness.core.latency import tpot, ttft
from harness.core.trace import Trace

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
        """Whether it is off by no more than 1 ms and 2 %; true of what is not to be had."""
        error_s, relative = self.error_s, self.relative_error
        if error_s is None or relative is None:
            return True
        return abs(error_s) <= LARGEST_ERROR_S and abs(relative) <= LARGEST_RELATIVE_ERROR


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeResult:
    """One mode at one number of streams."""

    mode: str
    n_streams: int
    n_requests: int
    n_failed: int
    ttft: Compared
    tpot: Compared
    problems: tuple[str, ...]
    """What was told wrongly of chunks, tokens, channels or refusals, a sentence each."""

    @property
    def is_within(self) -> bool:
        """Whether nothing was told wrongly, and both medians are right within the limits."""
        return not self.problems and self.ttft.is_within and self.tpot.is_within


def compared(
    formula: Callable[[Trace], float | None], told: Iterable[Trace], true: Iterable[Trace]
) -> Compared:
    """Return the medians of one latency."""
    return Compared(told_s=_median(map(formula, told)), true_s=_median(map(formula, true)))


def mode_result(
    mode: str, n_streams: int, pairs: Sequence[tuple[Trace, Trace]], problems: Sequence[str]
) -> ModeResult:
    """Judge what was told of some requests, each with its truth; a failed one has no times."""
    told = [trace for trace, _ in pairs]
    answered = [true for trace, true in pairs if trace.failure is None]
    knows_tokens = any(trace.n_output_tokens is not None for trace in told)
    return ModeResult(
        mode=mode,
        n_streams=n_streams,
        n_requests=len(told),
        n_failed=len(told) - len(answered),
        ttft=compared(ttft, told, answered),
        tpot=compared(tpot, told, answered if knows_tokens else ()),
        problems=tuple(dict.fromkeys(problems)),
    )


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
