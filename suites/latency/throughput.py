"""Rates of a whole load: what came out of the model per second, and how much of it was good."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import fmean

from harness.core import latency
from harness.core.score import Direction, Unscored
from harness.core.trace import Trace
from harness.suites.latency.breaches import cached_share
from harness.suites.latency.limits import Slo
from harness.suites.latency.measure import Measure
from harness.suites.latency.steady import steady_time, too_short
from harness.suites.latency.view import View, answered, moot, total

_PIECE = "ntpot standing in for tpot of an answer in one piece,"
_WHOLE_TIME = "the load's time, from the first sending to the last end"
_STEADY_TIME = (
    f"{_WHOLE_TIME}; of a closed loop of several its steady part, from when as many have ended as"
    " are under way until nothing is left to send, in which each counts by the share of its time"
)


def good_traces(traces: Sequence[Trace], slo: Slo) -> list[Trace] | Unscored:
    """Return the answered requests that meet every objective; a failure meets none.

    In an open loop the times to the first token and to the end count from when a request was due.
    Nor is an empty answer good, or any that does not tell what an objective is set on.

    Returns:
        Unscored where not one answer tells it, for the model cannot be watched then.
    """
    limits = ((_first, slo.ttft_ms), (_pace, slo.tpot_ms), (_whole, slo.e2e_ms))
    kept = [(of, limit_ms / 1e3) for of, limit_ms in limits if limit_ms is not None]
    answers = answered(traces)
    if answers and any(all(of(trace) is None for trace in answers) for of, _ in kept):
        return Unscored("an objective is set on a latency that these answers do not tell")
    return [
        trace
        for trace in answers
        if trace.n_output_tokens != 0 and all(_is_within(of(trace), most) for of, most in kept)
    ]


def attainment_of(view: View) -> float | Unscored:
    """Return the share of all requests that were good, in [0, 1]."""
    if view.slo is None:
        return moot("no objective is set")
    good = good_traces(view.traces, view.slo)
    return good if isinstance(good, Unscored) else len(good) / len(view.traces)


def offered_rate(traces: Sequence[Trace]) -> float | None:
    """Return the arrivals per second between the first and the last due time.

    >>> offered_rate([Trace(due_ns=at, sent_ns=at, ended_ns=at) for at in (0, 10**9, 2 * 10**9)])
    1.0
    """
    moments = [trace.due_ns for trace in traces if trace.due_ns is not None]
    span_ns = max(moments, default=0) - min(moments, default=0)
    return (len(moments) - 1) / (span_ns / 1e9) if span_ns else None


def _first(trace: Trace) -> float | None:
    """Return the seconds to the first token since a request was due, or sent in a closed loop."""
    return _since_due(trace, latency.ttft(trace))


def _whole(trace: Trace) -> float | None:
    return _since_due(trace, latency.e2e(trace))


def _since_due(trace: Trace, time_s: float | None) -> float | None:
    return None if time_s is None else time_s + (latency.lag(trace) or 0.0)


def _pace(trace: Trace) -> float | None:
    """Return tpot, 0 for one token alone, and ntpot where all tokens came in one piece.

    The time to the first token is a part of ntpot, so that it flatters nobody.
    """
    if trace.n_output_tokens == 1:
        return 0.0
    own = latency.tpot(trace)
    return latency.ntpot(trace) if own is None else own


def _is_within(time_s: float | None, most_s: float) -> bool:
    return time_s is not None and time_s <= most_s


def _per_second(count: Callable[[Trace], int | None]) -> Callable[[View], float | Unscored]:
    def rate(view: View) -> float | Unscored:
        if not view.answered:
            return Unscored(f"all {len(view.traces)} requests failed")
        if total(map(count, view.answered)) is None:
            return moot("nobody counted the tokens")
        return _steady_rate(view, view.answered, count)

    return rate


def _steady_rate(
    view: View, traces: Sequence[Trace], count: Callable[[Trace], int | None]
) -> float | Unscored:
    """Return what came per second of these requests while the load was steady."""
    steady = steady_time(view.load, view.traces)
    come = sum((count(trace) or 0) * steady.share_of(trace) for trace in traces)
    return too_short(view.load, steady, view.traces) or come / (steady.lasted_ns / 1e9)


def _mean(count: Callable[[Trace], float | None]) -> Callable[[View], float | Unscored]:
    def mean(view: View) -> float | Unscored:
        known = [value for value in map(count, view.answered) if value is not None]
        return fmean(known) if known else moot("these answers do not tell it")

    return mean


def _goodput(view: View) -> float | Unscored:
    if view.slo is None:
        return moot("no objective is set")
    good = good_traces(view.traces, view.slo)
    return good if isinstance(good, Unscored) else _steady_rate(view, good, lambda _: 1)


def _offered(view: View) -> float | Unscored:
    rate = offered_rate(view.traces)
    return moot("one request has no rate: raise requests") if rate is None else rate


def _error_rate(view: View) -> float:
    return 1 - len(view.answered) / len(view.traces)


def _cached(view: View) -> float | Unscored:
    share = cached_share(view.traces)
    return moot("the server does not tell of its cache") if share is None else share


def _stall(view: View) -> float | Unscored:
    worst = [gap for gap in map(latency.stall_max, view.traces) if gap is not None]
    return max(worst) if worst else moot("these answers came whole")


ANY = (
    Measure(
        id="requests",
        definition="requests that were timed, failures among them",
        of=lambda view: float(len(view.traces)),
        direction=Direction.NEITHER,
    ),
    Measure(
        id="error_rate",
        definition="failed requests / all requests",
        of=_error_rate,
        high=1.0,
    ),
    Measure(
        id="n_in",
        definition="mean tokens of a prompt (of a batch, all its texts), as counted by the model",
        of=_mean(lambda trace: trace.n_input_tokens),
        direction=Direction.NEITHER,
    ),
    Measure(
        id="in_tps",
        definition=f"input tokens of all answered requests / {_STEADY_TIME}; per second",
        of=_per_second(lambda trace: trace.n_input_tokens),
        direction=Direction.HIGHER,
    ),
    Measure(
        id="rps",
        definition=f"answered requests / {_STEADY_TIME}; per second",
        of=_per_second(lambda _: 1),
        direction=Direction.HIGHER,
    ),
)
OF_OBJECTIVES = (
    Measure(
        id="goodput",
        definition=f"requests that met every objective, {_PIECE} / {_STEADY_TIME}; per second",
        of=_goodput,
        direction=Direction.HIGHER,
        is_headline=True,
    ),
    Measure(
        id="attainment",
        definition=f"requests that met every objective, {_PIECE} / all requests; a failure or an"
        " empty answer met none",
        of=attainment_of,
        direction=Direction.HIGHER,
        high=1.0,
        is_headline=True,
    ),
)
GENERATING = (
    Measure(
        id="out_tps",
        definition=f"output tokens of all answered requests / {_STEADY_TIME}; per second",
        of=_per_second(lambda trace: trace.n_output_tokens),
        direction=Direction.HIGHER,
        is_headline=True,
    ),
    Measure(
        id="prefill_tps",
        definition="mean of the prompt's tokens that were not cached / time on the prompt; per"
        " second; a lower bound where that time is ttft, which holds queue and network",
        of=_mean(latency.prefill_tps),
        direction=Direction.HIGHER,
    ),
    Measure(
        id="decode_tps_user",
        definition="mean over requests of 1 / tpot: what one reader sees after the first token;"
        " tokens per second",
        of=_mean(latency.decode_tps_user),
        direction=Direction.HIGHER,
    ),
    Measure(
        id="stall_max",
        definition="longest gap between two chunks in any answer; seconds",
        of=_stall,
        direction=Direction.NEITHER,
    ),
    Measure(
        id="n_out",
        definition="mean tokens of an answer: shorter answers look faster, so watch it drift",
        of=_mean(lambda trace: trace.n_output_tokens),
        direction=Direction.NEITHER,
    ),
    Measure(
        id="cached_share",
        definition="tokens of the prompts that the server had at hand / all their tokens",
        of=_cached,
        direction=Direction.NEITHER,
        high=1.0,
    ),
)
OPEN_LOOP = (
    Measure(
        id="offered_rps",
        definition="(n - 1) / (last due time - first due time); requests per second",
        of=_offered,
        direction=Direction.NEITHER,
    ),
)
READING = (
    Measure(
        id="items_per_s",
        definition=f"texts of all answered batches / {_WHOLE_TIME}; per second",
        of=_per_second(lambda trace: trace.n_items),
        direction=Direction.HIGHER,
        is_headline=True,
    ),
)
