"""Whether a night is unlike the nights before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.history import Alarm, Series
from harness.core.noise import Noise
from harness.core.policy import Policy
from harness.engine.history import is_better
from harness.stats.look_back import LookBack, look_back
from harness.stats.multiplicity import holm

Floats: TypeAlias = NDArray[np.float64]

_STEP_OF_ROUNDS = 1e-3


@dataclass(frozen=True, slots=True)
class _Night:
    """One series on one night, against the nights before."""

    series: Series
    value: float
    median: float
    """Of the nights before, in the units of the value."""
    tonight: LookBack
    last_night: LookBack
    both: LookBack
    """The mean of the two."""
    n_new: int
    """Latest nights that all lie beyond everything before them, on one side of it."""

    def is_confirmed(self, alpha: float) -> bool:
        """Tell whether each of the two nights was unlike before, in the same direction."""
        return self.n_new > 1 and max(_p(self.tonight), _p(self.last_night)) <= alpha


def alarms_of(
    all_series: Iterable[Series],
    policy: Policy,
    *,
    run_id: str = "",
    noise: Sequence[Noise] = (),
) -> tuple[Alarm, ...]:
    """Return what is unlike before in one run of a line, the most unlikely first.

    A series looks back on the runs since its last shift, or on the last ``policy.min_history``
    where the shift is more recent. What lies within the least and the greatest of these has
    happened before and is no alarm. Two questions are asked of the rest, each with half of alpha:
    is tonight unlike before, and, where last night was too, is the mean of both? So a large move
    is found at once, and a smaller one when it stays. The p is Holm's over all series of the
    line, times two. Where nights are independent and their values have about normal tails, the
    chance of any false alarm on a night is at most alpha; rare odd nights raise more.

    Args:
        all_series: of one line, with their shifts.
        policy: its ``min_history`` and ``history_alpha`` count.
        run_id: the run to judge; empty for the newest of all.
        noise: what an A/A study has found; no smaller spread than that is believed in.
    """
    known = tuple(all_series)
    nights = list(_nights(known, run_id or _newest(known), policy.min_history, noise))
    alpha = policy.history_alpha
    found = [
        _alarm(night, float(p_adjusted), alpha)
        for night, p_adjusted in zip(nights, _adjusted(nights, alpha), strict=True)
        if p_adjusted <= alpha
    ]
    return tuple(sorted(found, key=lambda alarm: alarm.p_adjusted))


def _adjusted(nights: Sequence[_Night], alpha: float) -> Floats:
    """Return (m,) the smaller of each series' two p, adjusted for both and for all series."""
    # A mean of two nights is far off where one of them is: it counts only where both are.
    both = [_p(night.both) if night.is_confirmed(alpha) else 1.0 for night in nights]
    one = [_p(night.tonight) if night.n_new else 1.0 for night in nights]
    smaller: Floats = np.minimum(holm(np.array(one)), holm(np.array(both)))
    return np.minimum(2 * smaller, 1.0)


def _p(found: LookBack) -> float:
    """Return p, and 1 where there is nothing to compare with."""
    return 1.0 if found.p_value is None else found.p_value


def _alarm(night: _Night, p_adjusted: float, alpha: float) -> Alarm:
    series, tonight = night.series, night.tonight
    assert tonight.z is not None, "what has no z has p 1"
    return Alarm(
        model=series.model,
        suite=series.suite,
        quantity=series.quantity,
        value=night.value,
        median=night.median,
        z=tonight.z,
        p_adjusted=p_adjusted,
        n=tonight.n,
        is_better=is_better(series.quantity, night.median, night.value),
        is_confirmed=night.is_confirmed(alpha),
    )


def _newest(all_series: Iterable[Series]) -> str:
    points = [point for series in all_series for point in series.points[-1:]]
    return max(points, key=lambda point: (point.at, point.run_id)).run_id if points else ""


def _nights(
    all_series: Iterable[Series], run_id: str, min_history: int, noise: Sequence[Noise]
) -> Iterator[_Night]:
    """Yield each series that has a point of the run and enough of them before it."""
    for series in all_series:
        ids = [point.run_id for point in series.points]
        place = ids.index(run_id) if run_id in ids else 0
        if place < min_history:
            continue
        points = series.points[_start(series, ids, place, min_history) : place + 1]
        values = np.array([point.value for point in points])
        step = _step(series, values, points[-1].n)
        least_spread = max([step, *(entry.spread for entry in noise if _is_of(entry, series))])
        yield _night(series, values, least_spread, step / 2 if _is_bounded(series) else 0.0)


def _start(series: Series, ids: Sequence[str], place: int, min_history: int) -> int:
    """Return the place of the first run to look back on."""
    shifts = [ids.index(shift.run_id) for shift in series.shifts]
    last = max((shift for shift in shifts if shift <= place), default=0)
    return min(last, place - min_history)


def _night(series: Series, values: Floats, least_spread: float, half_step: float) -> _Night:
    """Look back from the last of the values, from the one before it, and from both."""
    median = float(np.median(values[:-1]))
    is_log = series.quantity.is_log_scale(values)
    compared = np.log(values) if is_log else values
    look = partial(
        _look, least_spread=least_spread / median if is_log else least_spread, half_step=half_step
    )
    return _Night(
        series=series,
        value=float(values[-1]),
        median=median,
        tonight=look(compared[:-1], float(compared[-1])),
        last_night=look(compared[:-2], float(compared[-2])),
        both=look(compared[:-2], float(compared[-2:].mean()), n_new=2),
        n_new=_n_new(values),
    )


def _look(
    history: Floats, value: float, *, least_spread: float, half_step: float, n_new: int = 1
) -> LookBack:
    """Look back with a spread that counts for what rounding to whole samples may have taken."""
    # Logarithms are taken by the caller, for the sake of the mean of two nights.
    look = partial(look_back, history, value, is_log_scale=False, n_new=n_new)
    spread = look().spread or 0.0
    return look(min_spread=max(least_spread, spread + half_step))


def _n_new(values: Floats) -> int:
    """Return how many of the latest values lie beyond all before them, 0 where none does.

    Beyond the least or the greatest of what came before; at most half of all are taken for new,
    so that something is left to compare with.
    """
    first = values.size - values.size // 2
    rising, falling = (
        np.minimum.accumulate(way[::-1])[::-1][1:] > np.maximum.accumulate(way)[:-1]
        for way in (values, -values)
    )
    places = np.flatnonzero((rising | falling)[first - 1 :])
    return 0 if places.size == 0 else values.size - first - int(places[0])


def _step(series: Series, values: Floats, n: int) -> float:
    """Return what one sample of n can move: the least spread to believe in.

    A deterministic model repeats its scores to the last digit for weeks. Without a least spread
    the first answer that differs would be infinitely unusual. A figure of rounds moves freely, but
    one that never did (a peak of memory) may do so by a thousandth.
    """
    if series.quantity.unit == "round":
        return _STEP_OF_ROUNDS * float(np.abs(values).max())
    low, high = series.quantity.low, series.quantity.high
    widest = float(np.abs(values).max()) if low is None or high is None else high - low
    return widest / max(n, 1)


def _is_bounded(series: Series) -> bool:
    """Tell whether a number may be a count of samples, and move in whole steps."""
    quantity = series.quantity
    return quantity.unit == "sample" and quantity.low is not None and quantity.high is not None


def _is_of(noise: Noise, series: Series) -> bool:
    """Tell whether a study is of this series; of which checkpoint does not matter."""
    studied = (noise.model, noise.suite, noise.quantity, noise.suite_hash, noise.data_hash)
    own = (series.model, series.suite, series.quantity.id, series.suite_hash, series.data_hash)
    return noise.slice is None and studied == own
