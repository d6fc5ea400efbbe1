"""The same number over many runs."""

from __future__ import annotations

from dataclasses import dataclass

from harness.core.score import Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One run's value."""

    run_id: str
    at: str
    """When the run started, ISO 8601, UTC."""
    value: float
    low: float | None = None
    """Lower end of the interval."""
    high: float | None = None
    n: int = 0
    """Samples that it is made of; 0 where that is not known."""
    fingerprint: str = ""
    """Of the model that was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """From this run on the series is another."""

    run_id: str
    at: str
    before: float
    """Mean back to the shift before this one, or to the start."""
    after: float
    """Mean up to the next shift, or to the end."""
    p_value: float
    is_better: bool | None
    """None where neither direction is better, or the level did not move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One quantity of one suite and model over the runs that asked the same question.

    Runs whose suite code or data have another hash, or that drew other samples of the data, are in
    a series of their own.
    """

    line: str
    """Name of the nightly line; empty for runs outside any."""
    model: str
    suite: str
    metric: str
    quantity: Quantity
    suite_hash: str
    data_hash: str
    draw: str = ""
    """Which samples of the data were asked, such as ``8 samples, seed 0``; empty for all."""
    hardware: str = ""
    """For quantities that depend on it (time), a text that names the machine and, of what is
    measured in rounds, how the model was set; else empty."""
    points: tuple[Point, ...]
    """Oldest first."""
    shifts: tuple[Shift, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """The newest value is unlike those before it."""

    model: str
    suite: str
    quantity: Quantity
    value: float
    median: float
    """Of the runs before."""
    z: float
    """Deviation in standard errors of a prediction."""
    p_adjusted: float
    """Holm's over all series of the line."""
    n: int
    """Runs looked back on."""
    is_better: bool | None
    is_confirmed: bool
    """The run before this one was as unlike, in the same direction."""
