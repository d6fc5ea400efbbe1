"""Scores taken apart as JSON values, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from harness.core.decomposition import Decomposition, Feature
from harness.core.float_codec import decode_floats, encode_floats

Json: TypeAlias = dict[str, Any]


def encode_decomposition(output: Decomposition) -> Json:
    """Return the decomposition as a JSON object, each feature as a list."""
    return {
        "kind": "Decomposition",
        "method": output.method,
        "labels": list(output.labels),
        "unit": output.unit,
        "background": output.background,
        "base": encode_floats(output.base),
        "absent": encode_floats(output.absent),
        "total": encode_floats(output.total),
        "features": [
            [each.name, [list(place) for place in each.places], encode_floats(each.values)]
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
        base=decode_floats(data["base"]),
        absent=decode_floats(data["absent"]),
        total=decode_floats(data["total"]),
        features=tuple(
            Feature(
                name=name,
                places=tuple((start, end) for start, end in places),
                values=decode_floats(values),
            )
            for name, places, values in data["features"]
        ),
    )
