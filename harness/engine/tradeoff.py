"""From a model and the base compared to what is lost and what is gained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Literal

from harness.core.comparison import Difference
from harness.core.estimate import Interval
from harness.core.run import Evaluation, Manifest
from harness.core.score import Direction
from harness.core.tradeoff import Gain
from harness.engine.load_points import breach_of, unsteady_under

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
    """Tell whether all models are known to be made of the same weights.

    A program has an identity and no weights: neither a variant nor a size is known of it.
    """
    models = manifest.models.values()
    known = [weights for parts in models if (weights := _weights(parts))]
    has_weights = any(parts.get("variant") or parts.get("parameter_bytes") for parts in models)
    return has_weights and 1 < len(models) == len(known) and len(set(known)) == 1


def lost(differences: Iterable[Difference]) -> tuple[Difference, ...]:
    """Return the headline quantities of samples, of whole suites."""
    return tuple(
        found
        for found in differences
        if found.quantity.unit == "sample" and found.quantity.is_headline and found.slice is None
    )


def gained(
    differences: Iterable[Difference], before: Evaluation, after: Evaluation
) -> tuple[list[Gain], list[str]]:
    """Return what the rounds of one suite tell of speed, memory and energy.

    Args:
        differences: of the suite.
        before: the suite on the base.
        after: the suite on the model.

    Returns:
        The gains, and a sentence for each load that is void and so has none.
    """
    sides = (("base", before), ("model", after))
    gains: list[Gain] = []
    notes: dict[str, str] = {}
    for gain in _gains(differences):
        load = gain.quantity.load
        if breach := breach_of(load, sides):
            notes[load] = f"{gain.suite} at {load}: {breach}"
        else:
            gains.append(replace(gain, unsteady="; ".join(unsteady_under(load, sides))))
    return gains, list(notes.values())


def most_telling_first(gains: Iterable[Gain]) -> tuple[Gain, ...]:
    """Return gains in the order in which a choice between models hangs on them."""
    ranks = list(_KINDS)
    return tuple(sorted(gains, key=lambda gain: ranks.index(gain.quantity.stem)))


def _is_variant_of(base: Mapping[str, str], other: Mapping[str, str]) -> bool:
    is_variant = other.get("variant", "none") != "none"
    return is_variant and bool(_weights(base)) and _weights(other) == _weights(base)


def _weights(parts: Mapping[str, str]) -> str:
    """Return what tells a model's weights from others; empty where nobody can tell."""
    weights = parts.get("weights", "")
    return "" if weights.startswith(_UNKNOWN) else weights


def _gains(differences: Iterable[Difference]) -> Iterator[Gain]:
    for found in differences:
        kind = _KINDS.get(found.quantity.stem)
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
