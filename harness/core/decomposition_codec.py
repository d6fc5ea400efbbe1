"""Scores taken apart as JSON values, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from harness.core.decomposition import Decomposition, Feature

Json: TypeAlias = dict[str, Any]


def encode_decomposition(output: Decomposition) -> Json:
    """Return the decomposition as a JSON object, each feature as a list."""
    return {
        "kind": "Decomposition",
        "method": output.method,
        "labels": list(output.labels),
        "unit": output.unit,
        "background": output.background,
        "base": list(output.base),
        "absent": list(output.absent),
        "total": list(output.total),
        "features": [
            [each.name, [list(place) for place in each.places], list(each.values)]
            for each in output.features
        ],
    }


def decode_decomposition(data: Mapping[str, Any]) -> Decomposition:
    """Return the decomposition that ``encode_decomposition`` turned into ``data``."""
    return Decomposition(
        method=data["method"],
        labels=tuple(data["labels"]),
        unit=data["unit"],
        background=data["background"],
        base=tuple(map(float, data["base"])),
        absent=tuple(map(float, data["absent"])),
        total=tuple(map(float, data["total"])),
        features=tuple(
            Feature(
                name=name,
                places=tuple((start, end) for start, end in places),
                values=tuple(map(float, values)),
            )
            for name, places, values in data["features"]
        ),
    )
