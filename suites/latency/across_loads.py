"""What only several load points tell together: the knee of a rate sweep, and a law of lengths."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import numpy as np

from harness.core import latency
from harness.core.load import Tier
from harness.core.profile import LoadProfile
from harness.core.score import Direction, Unscored
from harness.core.trace import Trace
from harness.stats.quantiles import t_quantile
from harness.suites.latency.breaches import MOST_ERRORS
from harness.suites.latency.in_flight import in_flight_when_sent
from harness.suites.latency.limits import CONFIDENCE, Slo
from harness.suites.latency.measure import Measure
from harness.suites.latency.throughput import good_traces, offered_rate
from harness.suites.latency.view import View, answered, moot

LEAST_ACHIEVED = 0.98
_CUT_AT = 0.95
_STRETCHES = 10
_LEAST_QUEUED = 1.0
"""Requests by which those under way rise over a load where a queue is said to grow."""
_LEAST_WAITED = 0.5
"""Part of the median wait by which waits rise where a queue is said to grow. The queue of a steady
load swings too, and in some of a hundred such loads beyond what a regression takes for chance."""
FEWEST_REQUESTS = 10
"""Of a rate that is to count as sustained: fewer are over before a queue can be seen."""
ENOUGH_REQUESTS = 100
"""Of a rate for more than a gross overload to be seen; a knee of fewer is told with a remark."""
_FEWEST_ROWS = 4
"""Three unknowns, and one equation that can contradict them."""


def is_sustained(point: LoadProfile, slo: Slo | None) -> bool | Unscored:
    """Tell whether the model keeps up with a rate for as long as one likes.

    99 % of the requests at least have an answer;
    response times do not rise so steeply that answers leave at less than 98 % of the rate; with a
    confidence of 95 % the share of good requests reaches the objective's (MLPerf's rule for early
    stopping, a binomial bound); and not both of requests under way and latency rise while the load
    lasts, beyond chance and by what makes a queue.

    Requests that left late, short answers and known prompts are no fault of the model, and ask less
    of it than the rate does: where it falls behind all the same, the rate is not sustained, and
    where it does not, nothing is known.

    Returns:
        Unscored where no request was answered, which no overload comes to; and where nothing speaks
        against the rate, and the load is void, or too few requests were sent to show a queue or to
        prove the objective.
    """
    n = len(point.traces)
    if offered_rate(point.traces) is None:
        return Unscored("one request has no rate: raise requests")
    if not answered(point.traces):
        return Unscored(f"all {n} requests at {_shape(point)} failed: no queue does that")
    responses = _responses(point.traces)
    if n - len(responses) > MOST_ERRORS * n:
        return False
    if point.breaches:
        return _despite(point)
    if _falls_behind(responses) or _piles_up(point.traces):
        return False
    return _proves(point.traces, slo)


def _proves(traces: Sequence[Trace], slo: Slo | None) -> bool | Unscored:
    """Tell whether requests without a queue are good ones, and enough to tell."""
    n = len(traces)
    meets = True if slo is None else _meets(traces, slo)
    if meets is True and n < FEWEST_REQUESTS:
        return Unscored(f"{n} requests cannot show a queue: it takes {FEWEST_REQUESTS}")
    return meets


def _despite(point: LoadProfile) -> bool | Unscored:
    """Tell what a void load tells: a queue that grows though less was asked than should be."""
    since_sent = [
        (trace.sent_ns / 1e9, time_s)
        for trace in point.traces
        if (time_s := latency.e2e(trace)) is not None
    ]
    if _falls_behind(since_sent) or _piles_up(point.traces):
        return False
    return Unscored(f"the load at {_shape(point)} is void: {point.breaches[0]}")


def _shape(point: LoadProfile) -> str:
    """Return the rate as it stands in names: ``poisson=4``."""
    return point.load.key.partition(",")[0]


def _meets(traces: Sequence[Trace], slo: Slo) -> bool | Unscored:
    """Tell whether the share of good requests reaches the objective's, if that can be told."""
    good = good_traces(traces, slo)
    if isinstance(good, Unscored):
        return good
    n = len(traces)
    if n >= slo.fewest_requests:
        return is_attained(n - len(good), n, slo.attainment)
    if is_attained(len(good), n, 1 - slo.attainment):  # so many violations prove the contrary
        return False
    return Unscored(
        f"{n} requests cannot prove an attainment of {slo.attainment:g}: it takes"
        f" {slo.fewest_requests}"
    )


def _responses(traces: Sequence[Trace]) -> list[tuple[float, float]]:
    """Return for each answer of an offered request when that was due and how long it took since."""
    return [
        (trace.due_ns / 1e9, time_s)
        for trace in traces
        if trace.due_ns is not None and (time_s := latency.e2e_sched(trace)) is not None
    ]


def _falls_behind(responses: Sequence[tuple[float, float]]) -> bool:
    """Tell whether answers leave more slowly than requests come, beyond chance.

    Where the response time rises by s seconds a second, 1 / (1 + s) of the rate leaves. Unlike the
    span between the ends of the first and the last answer, the slope hangs on no single one.
    """
    return _slope(responses)[1] > 1 / LEAST_ACHIEVED - 1


def is_attained(n_violations: int, n: int, share: float) -> bool:
    """Tell whether so few violations would be rare (5 %) if the true share were lower.

    Without any violation a share of 0.99 takes 299 requests.

    >>> is_attained(0, 298, 0.99), is_attained(0, 299, 0.99)
    (False, True)
    """
    from scipy.special import bdtr

    return bool(bdtr(n_violations, n, 1 - share) <= 1 - CONFIDENCE)


def _piles_up(traces: Sequence[Trace]) -> bool:
    """Tell whether a queue grows: both under way and latency rise, by much and beyond chance."""
    ordered = sorted(traces, key=lambda trace: trace.sent_ns)
    under_way = [
        (trace.sent_ns / 1e9, float(n))
        for trace, n in zip(ordered, in_flight_when_sent(ordered), strict=True)
    ]
    waits = [(trace.sent_ns / 1e9, _wait(trace)) for trace in answered(ordered)]
    known = [(at, wait) for at, wait in waits if wait is not None]
    typical = median(wait for _, wait in known) if known else 0.0
    return _rises(under_way, _LEAST_QUEUED) and _rises(known, _LEAST_WAITED * typical)


def _wait(trace: Trace) -> float | None:
    first = latency.ttft(trace)
    return latency.e2e(trace) if first is None else first


def _rises(points: Sequence[tuple[float, float]], least: float) -> bool:
    """Tell whether a line through points in their order rises so much in all, and not by chance."""
    slope, proven = _slope(points)
    return proven > 0 and slope * (points[-1][0] - points[0][0]) >= least


def _slope(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return the slope of a regression and the lower end of its interval; 0 where there is none.

    What exceeds the 95th percentile is cut to it, lest one slow answer hide or feign a slope. Means
    of ten stretches are fitted, as neighbours wait for the same queue and are not independent.
    """
    if len(points) < 3:  # noqa: PLR2004 - a slope and its error need three
        return 0.0, 0.0
    x, y = np.array(points).T
    y = np.minimum(y, np.quantile(y, _CUT_AT))
    stretches = np.array_split(np.argsort(x, kind="stable"), min(len(x), _STRETCHES))
    x, y = (np.array([own[stretch].mean() for stretch in stretches]) for own in (x, y))
    spread = float(np.square(x - x.mean()).sum())
    if spread == 0:
        return 0.0, 0.0
    slope = float((x - x.mean()) @ (y - y.mean())) / spread
    residuals = y - y.mean() - slope * (x - x.mean())
    error = float(np.sqrt(np.square(residuals).sum() / (len(x) - 2) / spread))
    return slope, slope - t_quantile(0.5 + CONFIDENCE / 2, len(x) - 2) * error


def knee_point(points: Sequence[LoadProfile], slo: Slo | None) -> LoadProfile | Unscored | None:
    """Return the load of the highest rate that is sustained, as are all below it."""
    best = None
    for point in sorted(points, key=lambda point: point.load.rate_per_s or 0.0):
        verdict = is_sustained(point, slo)
        if isinstance(verdict, Unscored):
            return verdict
        if not verdict:
            break
        best = point
    return best


def _knee(view: View) -> float | Unscored:
    if view.profile.lost is not None:
        return Unscored("the round ended early: the model no longer answered")
    best = knee_point(view.points, view.slo)
    if isinstance(best, Unscored):
        return best
    return 0.0 if best is None or best.load.rate_per_s is None else best.load.rate_per_s


def _fitted(view: View) -> tuple[float, float, float] | Unscored:
    """Return a, b and c of e2e ≈ a + b · n_in + c · n_out by least squares over all answers."""
    rows, times = [], []
    for point in view.points:
        for trace in answered(point.traces):
            time_s = latency.e2e(trace)
            if None not in (time_s, trace.n_input_tokens, trace.n_output_tokens):
                rows.append((1.0, trace.n_input_tokens, trace.n_output_tokens))
                times.append(time_s)
    design = np.array(rows, dtype=np.float64).reshape(-1, 3)
    if len(rows) < _FEWEST_ROWS or np.linalg.matrix_rank(design) < design.shape[1]:
        return moot("it needs prompts and answers of several lengths")
    a, b, c = np.linalg.lstsq(design, np.array(times, dtype=np.float64), rcond=None)[0]
    return float(a), float(b), float(c)


def _part(place: int) -> Measure:
    def find(view: View) -> float | Unscored:
        fit = _fitted(view)
        return fit if isinstance(fit, Unscored) else fit[place]

    name, words = _PARTS[place]
    law = "e2e ≈ a + b · n_in + c · n_out, by least squares over all answers (HELM)"
    # Of a model whose hardware is known its own measures tell more.
    tiers = (Tier.REMOTE,)
    return Measure(id=name, definition=f"{words} in {law}", of=find, tiers=tiers, low=None)


_PARTS = (
    ("fit_a", "a, the seconds of any request,"),
    ("fit_b", "b, the seconds per input token,"),
    ("fit_c", "c, the seconds per output token,"),
)


def _fact(name: str) -> Measure:
    def find(view: View) -> float | Unscored:
        known = view.profile.facts.get(name)
        return moot("it was not measured") if known is None else known

    return Measure(id=name, definition=_FACTS[name], of=find)


_FACTS = {
    "load_s": "time from opening the model until it can be asked; seconds",
    "first_generate_s": "time of the very first request, caches cold and kernels unbuilt; seconds",
    "round_trip_s": "shortest time that the network alone takes; seconds; part of every latency",
}
KNEE = Measure(
    id="knee",
    definition="highest rate of the sweep that is sustained, as are all below it: 99 % of its"
    f" {FEWEST_REQUESTS} requests or more are answered, answers leave at 98 % of the offered rate,"
    " good requests reach the objective's attainment (95 % binomial bound), and no queue grows; 0"
    " where not even the lowest rate is; unknown in a round that was not carried out to its end, or"
    " where a rate up to it is void and has no queue all the same, or none of its requests is"
    " answered; over rounds the median, the lower of two; requests per second",
    of=_knee,
    direction=Direction.HIGHER,
    is_median=True,
    is_headline=True,
)
WHOLE = (*map(_fact, _FACTS), *map(_part, range(3)))
