"""One number of a load test as a metric: each round gives one value, and rounds are averaged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.errors import UnknownName
from harness.core.estimate import Interval
from harness.core.figure import Figure
from harness.core.profile import LoadProfile, Profile
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Quantity, Score, Scored, Unscored
from harness.stats.mean import mean_interval
from harness.suites.latency.breaches import is_survived
from harness.suites.latency.limits import Prices, Slo
from harness.suites.latency.measure import Measure
from harness.suites.latency.measures import all_measures
from harness.suites.latency.view import View, moot

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """One number of one load point; the suite makes one of these for each.

    The unit that is repeated is the round, not the request: requests of one process share its
    memory layout, its caches and the machine's mood. What has no upper bound (a time, a rate, a
    count) is averaged by the geometric mean over rounds, with Student's t interval of the
    logarithm; shares and energies by the plain mean, with Student's t interval, as is all of which
    a round has 0. Of knees the median round stands for all (the lower of two in the middle), with a
    bootstrap interval. One round has no interval. Percentiles within a round are numpy's
    ``method="linear"``.

    See [latency.md](latency.md) for what is measured and how to read it.
    """

    is_additive: ClassVar[bool] = False

    quantity: str = "tpot_p50"
    """What: an id of the table below."""
    load: str = ""
    """Where: a load point's key, such as ``c=1,in=128,out=64``; the shape alone, ``in=128,out=64``,
    for what several rates tell together; empty for what holds for no load."""
    slo: Slo | None = None
    """Objectives, for what counts good requests."""
    prices: Prices | None = None
    """For what counts money."""

    def __post_init__(self) -> None:
        """Refuse what nobody can measure.

        Raises:
            UnknownName: no such id.
        """
        if self.quantity not in all_measures():
            raise UnknownName("quantity", "measure", self.quantity, all_measures())

    @property
    def name(self) -> str:
        """The registered name with the quantity's id: several of these measure one suite."""
        return f"latency:{self._id}"

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """The one number."""
        measure = self._measure
        return (
            Quantity(
                id=self._id,
                direction=measure.direction,
                definition=measure.definition,
                low=measure.low,
                high=measure.high,
                is_headline=measure.is_headline and not (measure.is_promised and self.slo is None),
                unit="round",
            ),
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """One value."""
        return ("value",)

    @property
    def signature(self) -> Mapping[str, str]:
        """How percentiles and rounds are put together, and what is judged and paid."""
        is_geometric = self.quantities[0].is_log_scale([])
        settings = {"percentiles": "linear", "rounds": "geometric" if is_geometric else "mean"}
        if self._measure.is_median:
            settings["rounds"] = "lower median"
        if self.slo is not None:
            settings["slo"] = repr(self.slo)
        if self.prices is not None:
            settings["prices"] = repr(self.prices)
        return settings

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return the value of one round."""
        del sample
        value = self._in_round(output)
        return value if isinstance(value, Unscored) else Scored((value,))

    def over_rounds(self, profiles: Sequence[Profile]) -> float | None:
        """Return the value over all rounds that have one, as the tables do; None for none."""
        found = map(self._in_round, profiles)
        values = [value for value in found if not isinstance(value, Unscored)]
        if not values:
            return None
        return float(self.reduce(np.array(values)[:, None], np.ones((1, len(values))))[0, 0])

    def _in_round(self, output: Output) -> float | Unscored:
        if not isinstance(output, Profile):
            return Unscored(f"a profile is needed, not a {type(output).__name__}")
        if output.tier not in self._measure.tiers:
            return moot(f"of the tier {output.tier} there is no such number")
        points = self._points(output)
        if not points and output.lost is not None and not self._is_of_others(output):
            return Unscored("the round ended before this load", is_cut_short=True)
        if not points:
            return moot("this model was not put under such a load")
        if points[0].load.key == self.load and not is_survived(points[0]):
            return Unscored("the model was gone during this load", is_cut_short=True)
        view = View(profile=output, points=points, slo=self.slo, prices=self.prices)
        return self._measure.of(view)

    def reduce(self, statistics: Floats, weights: Floats) -> Floats:
        """Return the weighted mean over rounds, on the scale of the interval, or the median."""
        values = statistics[:, 0]
        if self._measure.is_median:
            return _lower_median(values, weights)[:, None]
        total = weights.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):  # no rounds at all have no mean
            if self.quantities[0].is_log_scale(values):
                means = np.exp(weights @ np.log(values) / total)
            else:
                means = weights @ values / total
        quantities: Floats = means[:, None]
        return quantities

    def intervals(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, Interval]:
        """Return Student's t interval, on the log scale where all rounds differ by factors.

        There is none for what is no mean, so that rounds are resampled.
        """
        if self._measure.is_median:
            return {}
        values = statistics[:, 0]
        is_log = self.quantities[0].is_log_scale(values)
        interval = mean_interval(np.log(values) if is_log else values, clusters, level)
        if interval is None:
            return {}
        if is_log:
            low, high = float(np.exp(interval.low)), float(np.exp(interval.high))
            method = f"log-{interval.method}"
            interval = replace(interval, low=low, high=high, method=method)
        return {self._id: interval}

    def figures(self, statistics: Floats) -> tuple[Figure, ...]:
        """Return no chart: the suite draws the requests themselves."""
        del statistics
        return ()

    @property
    def _id(self) -> str:
        return f"{self.quantity}@{self.load}" if self.load else self.quantity

    @property
    def _measure(self) -> Measure:
        return all_measures()[self.quantity]

    def _points(self, profile: Profile) -> tuple[LoadProfile, ...]:
        """Return the load point, all of a shape that have a rate, or all there are."""
        if not self.load:
            return profile.points
        same = tuple(point for point in profile.points if point.load.key == self.load)
        return same or tuple(
            point
            for point in profile.points
            if point.load.rate_per_s is not None and point.load.key.endswith(f",{self.load}")
        )

    def _is_of_others(self, profile: Profile) -> bool:
        """Tell whether no model is put under this load that is put under those of a round.

        A model is asked in batches at every load, or at none.
        """
        is_of_batches = self.load.startswith("b=")
        kinds = {point.load.batch_size is not None for point in profile.points}
        return bool(self.load) and (not is_of_batches) in kinds


def _lower_median(values: Floats, weights: Floats) -> Floats:
    """Return for each row of weights the least value up to which half of them lie; NaN for none."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[:, order], axis=1)
    total = weights.sum(axis=1)
    places = (reached >= total[:, None] / 2).argmax(axis=1)
    medians: Floats = np.where(total > 0, values[order][places], np.nan)
    return medians
