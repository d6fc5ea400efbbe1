"""What attacks came to as JSON values, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, TypeAlias

from harness.core.attacked import Attacked, Outcome

Json: TypeAlias = dict[str, Any]


def encode_attacked(output: Attacked) -> Json:
    """Return the outcome of an attack as a JSON object."""
    return {"kind": "Attacked", **asdict(output)}


def decode_attacked(data: Mapping[str, Any]) -> Attacked:
    """Return the outcome that ``encode_attacked`` turned into ``data``."""
    fields = {key: value for key, value in data.items() if key != "kind"}
    control = fields.get("control")
    return Attacked(
        **{
            **fields,
            "outcome": Outcome(fields["outcome"]),
            "control": None if control is None else Outcome(control),
        }
    )
