"""What a metric may offer beyond what its port demands; as with ``abilities``, undeclared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeAlias, runtime_checkable

from harness.core.figure import Figure
from harness.core.ports import Metric

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from harness.core.bias import Probe
    from harness.core.group_values import GroupValues
    from harness.core.showing import Showing

    Floats: TypeAlias = NDArray[np.float64]
    Integers: TypeAlias = NDArray[np.int64]
    Booleans: TypeAlias = NDArray[np.bool_]


@runtime_checkable
class MetricOfParts(Metric, Protocol):
    """A metric some of whose quantities are made of a part of the samples that it scores.

    What is said of such a quantity (its n and clusters, its interval, whether two models agree on
    it) is said of that part alone.
    """

    def parts(self, statistics: Floats) -> Mapping[str, Booleans]:
        """Return (n,) which rows a quantity is made of, by its id, where it is not all of them.

        A row's own statistics tell whether it is among them, whatever other rows there are, and
        the quantity is the same without those that are not.

        Args:
            statistics: (n, k), one row per scored sample.
        """
        ...


@runtime_checkable
class MetricOfWhole(Metric, Protocol):
    """A metric that tells parts of the samples apart itself, and is not repeated for slices.

    Within a slice a gap between slices is nothing.
    """

    is_of_whole: ClassVar[bool]
    """True."""


@runtime_checkable
class NotedMetric(Metric, Protocol):
    """A metric some of whose quantities are not to be read without a remark (a test, say)."""

    def notes(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, str]:
        """Return remarks by quantity id; they stand wherever the value of a whole suite does.

        Args:
            statistics: (n, k), one row per scored sample, n at least 1.
            clusters: (n,) cluster codes, or None when samples are independent.
            level: confidence level in (0, 1).
        """
        ...


@runtime_checkable
class MetricOfParaphrases(Metric, Protocol):
    """A metric of what a method of explanation makes of texts in other words.

    It is left out where no text is put in other words.
    """

    def told(self, by: str, version: str) -> Metric:
        """Return the metric that knows how the texts are put in other words.

        Args:
            by: labels of perturbations, in their order.
            version: changes whenever they would make other texts.
        """
        ...


@runtime_checkable
class PartlyToldMetric(Metric, Protocol):
    """A metric some of whose quantities a sample may lack that has the others."""

    def in_common(self, a: Floats, b: Floats) -> tuple[Floats, Floats]:
        """Return the statistics of two models without what one of them lacks.

        Args:
            a: (n, k), one row per sample that both have scored, n may be 0.
            b: (n, k) on the same samples.
        """
        ...


@runtime_checkable
class ProbingMetric(Metric, Protocol):
    """A metric that tells of bias, and so has a part in what a report says of it."""

    @property
    def probe(self) -> Probe:
        """What is asked, and how its numbers are to be read."""
        ...


@runtime_checkable
class SignedMetric(Metric, Protocol):
    """A metric of whose samples each leans one way or the other, a coin's toss without bias."""

    def signed(self, statistics: Floats) -> Mapping[str, Floats]:
        """Return (n,) what each row puts into a quantity, less what it would without bias.

        Their signs are flipped, cluster by cluster, to test the quantity against its value without
        bias. Rows that are no part of it have 0.

        Args:
            statistics: (n, k), one row per scored sample, n at least 1.
        """
        ...


@runtime_checkable
class GapMetric(Metric, Protocol):
    """A metric of gaps between groups, which may change sides and be as large as before."""

    def group_values(self, statistics: Floats, weights: Floats) -> Mapping[str, GroupValues]:
        """Return what each gap is made of, by quantity id.

        Args:
            statistics: (n, k), one row per scored sample, n at least 1.
            weights: (b, n), non-negative.
        """
        ...


@runtime_checkable
class ShowingMetric(Metric, Protocol):
    """A metric that knows by which samples a number on bias is best seen."""

    def showing(self, quantity: str, statistics: Floats) -> Showing | None:
        """Return the samples that make a quantity what it is; None where it has none.

        Args:
            quantity: id.
            statistics: (n, k), one row per scored sample, n at least 1.
        """
        ...


@runtime_checkable
class ChartingMetric(Metric, Protocol):
    """A metric whose charts have intervals of their own."""

    def charts(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> tuple[Figure, ...]:
        """Return what ``figures`` would, with intervals.

        Args:
            statistics: (n, k), one row per scored sample.
            clusters: (n,) cluster codes, or None when samples are independent.
            level: confidence level in (0, 1).
        """
        ...
