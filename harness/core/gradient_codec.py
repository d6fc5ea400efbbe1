"""Gradients and what is asked for them as JSON values, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from harness.core.float_codec import encode_float
from harness.core.request import Differentiate
from harness.core.token_gradients import Flip, TokenGradient, TokenGradients

Json: TypeAlias = dict[str, Any]


def encode_differentiate(payload: Differentiate) -> Json:
    """Return the question as a JSON object."""
    return {
        "kind": "Differentiate",
        "text": payload.text,
        "label": payload.label,
        "continuations": list(payload.continuations),
        "within": None if payload.within is None else list(payload.within),
        "n_steps": payload.n_steps,
        "n_flips": payload.n_flips,
        "flip_seed": payload.flip_seed,
        "min_similarity": payload.min_similarity,
        "spans": [list(span) for span in payload.spans],
    }


def decode_differentiate(data: Mapping[str, Any]) -> Differentiate:
    """Return the question that ``encode_differentiate`` turned into ``data``.

    Only ``text`` has to be there.
    """
    within = data.get("within")
    return Differentiate(
        text=data["text"],
        label=data.get("label"),
        continuations=tuple(data.get("continuations", ())),
        within=None if within is None else (within[0], within[1]),
        n_steps=data.get("n_steps", 1),
        n_flips=data.get("n_flips", 0),
        flip_seed=data.get("flip_seed"),
        min_similarity=data.get("min_similarity", -1.0),
        spans=tuple((start, end) for start, end in data.get("spans", ())),
    )


def encode_token_gradients(output: TokenGradients) -> Json:
    """Return the gradients as a JSON object, each token as a list, each flip as one."""
    return {
        "kind": "TokenGradients",
        "label": output.label,
        "score": encode_float(output.score),
        "tokens": [_encode_token(token) for token in output.tokens],
        "span_norms": [encode_float(norm) for norm in output.span_norms],
        "baseline": output.baseline,
        "baseline_score": _maybe_float(output.baseline_score),
        "n_steps": output.n_steps,
    }


def decode_token_gradients(data: Mapping[str, Any]) -> TokenGradients:
    """Return the gradients that ``encode_token_gradients`` turned into ``data``."""
    reference = data["baseline_score"]
    return TokenGradients(
        label=data["label"],
        score=float(data["score"]),
        tokens=tuple(_decode_token(token) for token in data["tokens"]),
        span_norms=tuple(map(float, data["span_norms"])),
        baseline=data["baseline"],
        baseline_score=None if reference is None else float(reference),
        n_steps=data["n_steps"],
    )


def _encode_token(token: TokenGradient) -> list[Any]:
    return [
        token.text,
        token.start,
        token.end,
        encode_float(token.norm),
        encode_float(token.times_input),
        _maybe_float(token.integrated),
        [[f.text, encode_float(f.estimate), encode_float(f.similarity)] for f in token.flips],
    ]


def _decode_token(data: list[Any]) -> TokenGradient:
    text, start, end, norm, times_input, integrated, flips = data
    return TokenGradient(
        text=text,
        start=start,
        end=end,
        norm=float(norm),
        times_input=float(times_input),
        integrated=None if integrated is None else float(integrated),
        flips=tuple(
            Flip(text=new, estimate=float(estimate), similarity=float(similarity))
            for new, estimate, similarity in flips
        ),
    )


def _maybe_float(value: float | None) -> float | str | None:
    return None if value is None else encode_float(value)
