"""What the timing of a model came to: the raw traces of every load point of one round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.core.load import Load, Tier
from harness.core.trace import Trace

if TYPE_CHECKING:
    from harness.core.response import Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Telemetry:
    """What the machine was doing meanwhile, sampled side by side."""

    at_ns: tuple[int, ...] = ()
    """Since the load began."""
    series: Mapping[str, tuple[float | None, ...]] = field(default_factory=dict)
    """By name with its unit, such as ``cpu_mhz``, ``load_average``, ``gpu_temperature_c``; each as
    long as ``at_ns``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadProfile:
    """One load point, as it was carried out."""

    load: Load
    traces: tuple[Trace, ...]
    """In the order sent."""
    n_warm_up: int
    """Requests before the timed ones."""
    telemetry: Telemetry = Telemetry()
    resources: Mapping[str, float] = field(default_factory=dict)
    """By metric id, such as ``mem_rss_peak`` (bytes) and ``energy_j`` (joules), what was measured
    over the whole load; what could not be measured is absent, and never 0."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """By metric id, who measured: ``energy_j: rapl``."""
    unstable: tuple[str, ...] = ()
    """What was amiss with the machine or the prompts, a sentence each (it throttled, others used
    it, prompts came out short); empty for a steady one. It is told beside a verdict."""
    breaches: tuple[str, ...] = ()
    """Why the figures are not of what they are called, a sentence each (requests left late, a
    cache gave the answers, too many failed). No verdict may rest on them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One round: every load point once, in one process, or those that came before its end."""

    tier: Tier
    points: tuple[LoadProfile, ...]
    facts: Mapping[str, float] = field(default_factory=dict)
    """What was learnt once, before any load: ``load_s``, ``first_generate_s``, ``peak_flops``,
    ``peak_bytes_per_s``, ``parameter_bytes``, ``n_parameters``, ``round_trip_s``."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """By fact, where it is from: ``peak_flops: measured``."""
    lost: Failure | None = None
    """Why the round ended before its last load, or with it: the model was gone. It counts as not
    answered, and a run that is resumed carries it out again."""
