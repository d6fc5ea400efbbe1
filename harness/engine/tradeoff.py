"""From a model and the base compared to what is lost and what is gained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Literal

from harness.core.comparison import Difference
from harness.core.estimate import Interval
from harness.core.run import Manifest
from harness.core.score import Direction
from harness.core.tradeoff import Gain

Kind = Literal["speed", "memory", "energy"]
_KINDS: Mapping[str, Kind] = {
    "tpot_p50": "speed",
    "e2e_p50": "speed",
    "ttft_p50": "speed",
    "out_tps": "speed",
    "items_per_s": "speed",
    "mem_dev_alloc_peak": "memory",
    "mem_rss_peak": "memory",
    "j_per_tok": "energy",
    "j_per_item": "energy",
}
"""Ids of a load test that a choice between models hangs on, before the ``@`` of their load, in
the order of preference."""
_UNKNOWN = "unknown"
"""That the identity of weights which cannot be seen begins with."""


def base_of(manifest: Manifest) -> str | None:
    """Return the model that the others are held against; None where there is but one.

    It is the first that others are variants of, else the first of the run.
    """
    names = list(dict.fromkeys(done.model for done in manifest.evaluations))
    if len(names) < 2:  # noqa: PLR2004 - one model has nothing to be held against
        return None
    for name in names:
        parts = manifest.models.get(name, {})
        if parts.get("variant") == "none" and any(
            _is_variant_of(parts, manifest.models.get(other, {})) for other in names
        ):
            return name
    return names[0]


def has_one_source(manifest: Manifest) -> bool:
    """Tell whether all models are known to be made of the same weights."""
    known = [weights for parts in manifest.models.values() if (weights := _weights(parts))]
    n_models = len(manifest.models)
    return n_models > 1 and len(known) == n_models and len(set(known)) == 1


def lost(differences: Iterable[Difference]) -> tuple[Difference, ...]:
    """Return the headline quantities of samples, of whole suites."""
    return tuple(
        found
        for found in differences
        if found.quantity.unit == "sample" and found.quantity.is_headline and found.slice is None
    )


def gained(differences: Iterable[Difference]) -> tuple[Gain, ...]:
    """Return what rounds tell of speed, memory and energy, the most telling first."""
    ranks = list(_KINDS)
    found = sorted(
        _gains(differences), key=lambda gain: ranks.index(gain.quantity.id.partition("@")[0])
    )
    return tuple(found)


def _is_variant_of(base: Mapping[str, str], other: Mapping[str, str]) -> bool:
    is_variant = other.get("variant", "none") != "none"
    return is_variant and bool(_weights(base)) and _weights(other) == _weights(base)


def _weights(parts: Mapping[str, str]) -> str:
    """Return what tells a model's weights from others; empty where nobody can tell."""
    weights = parts.get("weights", "")
    return "" if weights.startswith(_UNKNOWN) else weights


def _gains(differences: Iterable[Difference]) -> Iterator[Gain]:
    for found in differences:
        kind = _KINDS.get(found.quantity.id.partition("@")[0])
        if kind is None or found.quantity.unit != "round" or found.slice is not None:
            continue
        base, value = found.baseline, found.candidate
        # A ratio to nothing is no number; what took no time was not measured.
        if base is not None and value is not None and base > 0 and value > 0:
            yield _gain(found, kind, base, value)


def _gain(found: Difference, kind: Kind, base: float, value: float) -> Gain:
    is_inverse = found.quantity.direction is not Direction.HIGHER
    return Gain(
        kind=kind,
        suite=found.suite,
        quantity=found.quantity,
        base=base,
        value=value,
        ratio=base / value if is_inverse else value / base,
        interval=found.interval and _of_ratio(found.interval, base, is_inverse=is_inverse),
        n=found.n,
        note=found.note,
    )


def _of_ratio(difference: Interval, base: float, *, is_inverse: bool) -> Interval | None:
    """Turn the interval of a difference, which was made from ratios, into that of the ratio."""
    low, high = 1 + difference.low / base, 1 + difference.high / base
    if low <= 0:
        return None
    low, high = (1 / high, 1 / low) if is_inverse else (low, high)
    return replace(difference, low=low, high=high)
