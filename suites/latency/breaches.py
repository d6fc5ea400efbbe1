"""Reasons why the figures of a load are not of what they are called, told from its traces."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from harness.core.latency import lag, ttft
from harness.core.load import Load
from harness.core.profile import LoadProfile
from harness.core.trace import Trace
from harness.stats.quantiles import linear_quantile
from harness.suites.latency.in_flight import in_flight_when_sent
from harness.suites.latency.prompts import PrefixCache
from harness.suites.latency.steady import steady_time
from harness.suites.latency.view import answered

NOT_SURVIVED = "the model no longer answered when it ended"
MOST_ERRORS = 0.01
MOST_CACHED = 0.01
MOST_LAG_S = 0.005
MOST_LAG_OF_TTFT = 0.05
_MOST_DIGITS = 7
"""A millisecond has a million nanoseconds."""
TOLERANCE = 0.05
"""Of the concurrency that was kept up."""
LEAST_LENGTH = 0.9
"""Share of the wanted length that answers have to come to on average (MLPerf Inference)."""
MOST_OFF = 0.1
"""By which prompts may be longer or shorter than wanted before a reader has to be told."""


def breaches_of(
    load: Load,
    traces: Sequence[Trace],
    *,
    prefix_cache: PrefixCache,
    n_fixed_tokens: float,
    fixed_length: bool = True,
) -> tuple[str, ...]:
    """Return a sentence for each condition of a fair measurement that was not kept.

    Args:
        load: what was to be put on the model.
        traces: what became of it; at least one.
        prefix_cache: ``cold`` where no prompt may have been known before.
        n_fixed_tokens: those that all prompts share by the template: to know them is no help.
        fixed_length: no answer may end before its length.
    """
    found = [_errors(traces), _lag(traces), _kept_up(load, traces)]
    if prefix_cache == "cold":
        found.append(_cached(traces, n_fixed_tokens))
    if fixed_length:
        found.append(_short(load, traces))
    return tuple(filter(None, found))


def is_survived(point: LoadProfile) -> bool:
    """Tell whether the model was still there when a load ended.

    Where it was not, the load stopped when it was gone and not when it was over: a rate of it says
    when somebody pulled the plug.
    """
    return NOT_SURVIVED not in point.breaches


def remarks_on(load: Load, traces: Sequence[Trace]) -> tuple[str, ...]:
    """Return a sentence where prompts are not as long as the load's name says."""
    known = [
        trace.n_input_tokens / trace.n_items
        for trace in answered(traces)
        if trace.n_input_tokens is not None
    ]
    wanted = load.n_input_tokens
    if not known or abs(fmean(known) - wanted) <= MOST_OFF * wanted:
        return ()
    return (f"prompts have {fmean(known):.3g} tokens on average, not {wanted}",)


def cached_share(traces: Sequence[Trace], n_fixed_tokens: float = 0.0) -> float | None:
    """Return the share of the prompts' tokens that the server had at hand, in [0, 1].

    Args:
        traces: of one load.
        n_fixed_tokens: of each prompt that do not count.

    Returns:
        None where the server does not say.
    """
    told = [
        (trace.n_cached_tokens - n_fixed_tokens, trace.n_input_tokens - n_fixed_tokens)
        for trace in answered(traces)
        if trace.n_cached_tokens is not None and trace.n_input_tokens is not None
    ]
    n_tokens = sum(n_input for _, n_input in told)
    return sum(max(0.0, n_cached) for n_cached, _ in told) / n_tokens if n_tokens > 0 else None


def _errors(traces: Sequence[Trace]) -> str:
    failed = [trace.failure for trace in traces if trace.failure is not None]
    if len(failed) <= MOST_ERRORS * len(traces):
        return ""
    return f"{len(failed)} of {len(traces)} requests failed, the first one by {failed[0].kind}"


def _cached(traces: Sequence[Trace], n_fixed_tokens: float) -> str:
    share = cached_share(traces, n_fixed_tokens)
    if share is None or share <= MOST_CACHED:
        return ""
    return f"the server knew {share:.1%} of the prompts' tokens from before"


def _short(load: Load, traces: Sequence[Trace]) -> str:
    known = [t.n_output_tokens for t in answered(traces) if t.n_output_tokens is not None]
    if not known or fmean(known) >= LEAST_LENGTH * load.n_output_tokens:
        return ""
    return f"answers have {fmean(known):.3g} tokens on average, not {load.n_output_tokens}"


def _lag(traces: Sequence[Trace]) -> str:
    lags = sorted(late for late in map(lag, traces) if late is not None)
    if not lags:
        return ""
    first = sorted(time for time in map(ttft, traces) if time is not None)
    allowed = max(MOST_LAG_S, MOST_LAG_OF_TTFT * linear_quantile(first, 0.5) if first else 0.0)
    worst = linear_quantile(lags, 0.99)
    if worst <= allowed:
        return ""
    told, limit = _apart(worst * 1e3, allowed * 1e3)
    return (
        f"requests left late: p99 of the dispatch lag is {told} ms,"
        f" and at most {limit} ms are allowed"
    )


def _apart(one: float, other: float) -> tuple[str, str]:
    """Write two numbers with as many digits as tell them apart, and one at least.

    >>> _apart(8.84, 5.0), _apart(5.004, 5.0)
    (('8.8', '5.0'), ('5.004', '5.000'))
    """
    for n_digits in range(1, _MOST_DIGITS):
        texts = f"{one:.{n_digits}f}", f"{other:.{n_digits}f}"
        if texts[0] != texts[1]:
            return texts
    return str(one), str(other)


def _kept_up(load: Load, traces: Sequence[Trace]) -> str:
    """See whether a closed loop was kept full as long as there was something to send."""
    if load.concurrency is None or len(traces) <= load.concurrency:
        return ""
    steady = steady_time(load, traces)
    if steady.lasted_ns:
        busy = sum(map(steady.overlap_ns, traces)) / steady.lasted_ns
    else:  # too short to have a mean, though it may have been full
        busy = 1 + max(in_flight_when_sent(traces))
    if busy >= (1 - TOLERANCE) * load.concurrency:
        return ""
    return (
        f"the sender could not keep up: {busy:.3g} requests were under way on average,"
        f" not {load.concurrency}"
    )
