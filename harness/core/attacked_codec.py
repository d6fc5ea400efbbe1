"""Attacks and what they came to as JSON values, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, TypeAlias

from harness.core.attacked import Attacked, Outcome
from harness.core.capability import Capability
from harness.core.request import AttackText

Json: TypeAlias = dict[str, Any]


def encode_attack_text(payload: AttackText) -> Json:
    """Return the attack as a JSON object."""
    data = {"kind": "AttackText", **asdict(payload), "capability": payload.capability.value}
    if not payload.question:  # so that an old order's hash is what it was
        del data["question"]
    return data


def decode_attack_text(data: Mapping[str, Any]) -> AttackText:
    """Return the attack that ``encode_attack_text`` turned into ``data``."""
    return AttackText(
        capability=Capability(data["capability"]),
        text=data["text"],
        attack=data["attack"],
        version=data["version"],
        question=data.get("question", ""),
    )


def encode_attacked(output: Attacked) -> Json:
    """Return the outcome of an attack as a JSON object."""
    return {"kind": "Attacked", **asdict(output)}


def decode_attacked(data: Mapping[str, Any]) -> Attacked:
    """Return the outcome that ``encode_attacked`` turned into ``data``."""
    # An answer's usage and latency stand beside the fields of its output.
    own = {field.name: data[field.name] for field in fields(Attacked) if field.name in data}
    control = own.get("control")
    return Attacked(
        **{
            **own,
            "outcome": Outcome(own["outcome"]),
            "control": None if control is None else Outcome(control),
        }
    )
