"""Likelihoods token by token as JSON, and back: the questions and their answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.core.float_codec import decode_floats, encode_floats
from harness.core.request import MaskedLogLikelihood, RollingLogLikelihood
from harness.core.response import TokenLogLikelihoods


def encode_rolling(payload: RollingLogLikelihood) -> dict[str, Any]:
    """Return a question about a text read forward; what is as by default is left out."""
    choices = {"has_special_tokens": True} if payload.has_special_tokens else {}
    return {**choices, "kind": "RollingLogLikelihood", "text": payload.text}


def decode_rolling(data: Mapping[str, Any]) -> RollingLogLikelihood:
    """Return the question that :func:`encode_rolling` wrote."""
    has_special_tokens = data.get("has_special_tokens", False)
    return RollingLogLikelihood(text=data["text"], has_special_tokens=has_special_tokens)


def encode_masked(payload: MaskedLogLikelihood) -> dict[str, Any]:
    """Return a question about masked tokens; what is as by default is left out."""
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


def encode_token_log_likelihoods(output: TokenLogLikelihoods) -> dict[str, Any]:
    """Return the answer to either as JSON."""
    values = {"kind": "TokenLogLikelihoods", "values": encode_floats(output.values)}
    return {**values, "is_total": True} if output.is_total else values


def decode_token_log_likelihoods(data: Mapping[str, Any]) -> TokenLogLikelihoods:
    """Return the answer that :func:`encode_token_log_likelihoods` wrote."""
    values = decode_floats(data["values"])
    return TokenLogLikelihoods(values=values, is_total=data.get("is_total", False))
