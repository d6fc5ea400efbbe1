"""How far one and the same checkpoint moves from run to run: an A/A study."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """One quantity over repeated runs of one checkpoint that differ in what must not matter."""

    model: str
    suite: str
    quantity: str
    slice: tuple[str, str] | None = None
    suite_hash: str
    data_hash: str
    fingerprint: str
    """Of the checkpoint, less its settings of batch size."""
    values: tuple[float, ...]
    """(k,) one per run."""
    spread: float
    """Standard deviation over the runs."""
    floor: float
    """Difference that two runs reach once in twenty: t_{0.975, k-1} · sqrt(2) · spread."""
    flip_rate: float | None
    """Mean share of samples whose score differs between two runs, in [0, 1]; None for a quantity
    that no sample has alone."""
    n: int
    """Samples scored in every run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseStudy:
    """All quantities of one spec, and what was varied."""

    at: str
    """ISO 8601, UTC."""
    name: str
    varied: tuple[str, ...]
    """``batch size``, ``order``, ``seed``."""
    run_ids: tuple[str, ...]
    noise: tuple[Noise, ...]
