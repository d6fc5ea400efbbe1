"""Questions about masked tokens as JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.core.request import MaskedLogLikelihood


def encode_masked(payload: MaskedLogLikelihood) -> dict[str, Any]:
    """Return a question as JSON; what is as by default is left out."""
    choices: dict[str, Any] = {}
    if payload.prompt:
        choices["prompt"] = payload.prompt
    if payload.beside is not None:
        choices["beside"] = payload.beside
    if payload.is_second:
        choices["is_second"] = True
    return {"kind": "MaskedLogLikelihood", "text": payload.text, **choices}


def decode_masked(data: Mapping[str, Any]) -> MaskedLogLikelihood:
    """Return the question that :func:`encode_masked` wrote."""
    return MaskedLogLikelihood(
        text=data["text"],
        prompt=data.get("prompt", ""),
        beside=data.get("beside"),
        is_second=data.get("is_second", False),
    )
