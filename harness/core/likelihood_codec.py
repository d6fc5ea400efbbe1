"""Log-likelihoods and what is asked for them as JSON values, and back.

A choice is written only where it is set, so that questions and answers that were stored before
there was such a choice stay the same, and so do their hashes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from harness.core.float_codec import decode_floats, encode_float, encode_floats
from harness.core.prompt_codec import decode_prompt, encode_prompt
from harness.core.request import LogLikelihood, MaskedLogLikelihood, RollingLogLikelihood
from harness.core.response import ContinuationScore, LogLikelihoods, TokenLogLikelihoods

Json: TypeAlias = dict[str, Any]


def encode_log_likelihood(payload: LogLikelihood) -> Json:
    """Return the question as a JSON object."""
    choices: Json = {"is_split_before_space": True} if payload.is_split_before_space else {}
    if payload.is_written:
        choices["is_written"] = True
    if payload.prompts:
        choices["prompts"] = [encode_prompt(prompt) for prompt in payload.prompts]
    return {
        **choices,
        "kind": "LogLikelihood",
        "prompt": encode_prompt(payload.prompt),
        "continuations": list(payload.continuations),
    }


def decode_log_likelihood(data: Mapping[str, Any]) -> LogLikelihood:
    """Return the question that ``encode_log_likelihood`` turned into ``data``."""
    return LogLikelihood(
        prompt=decode_prompt(data["prompt"]),
        continuations=tuple(data["continuations"]),
        is_split_before_space=data.get("is_split_before_space", False),
        is_written=data.get("is_written", False),
        prompts=tuple(decode_prompt(prompt) for prompt in data.get("prompts", ())),
    )


def encode_rolling_log_likelihood(payload: RollingLogLikelihood) -> Json:
    """Return the question as a JSON object."""
    choices: Json = {"has_special_tokens": True} if payload.has_special_tokens else {}
    return {**choices, "kind": "RollingLogLikelihood", "text": payload.text}


def decode_rolling_log_likelihood(data: Mapping[str, Any]) -> RollingLogLikelihood:
    """Return the question that ``encode_rolling_log_likelihood`` turned into ``data``."""
    has_special_tokens = data.get("has_special_tokens", False)
    return RollingLogLikelihood(text=data["text"], has_special_tokens=has_special_tokens)


def encode_masked_log_likelihood(payload: MaskedLogLikelihood) -> Json:
    """Return the question as a JSON object."""
    choices: Json = {}
    if payload.prompt:
        choices["prompt"] = payload.prompt
    if payload.beside is not None:
        choices["beside"] = payload.beside
    if payload.is_second:
        choices["is_second"] = True
    return {"kind": "MaskedLogLikelihood", "text": payload.text, **choices}


def decode_masked_log_likelihood(data: Mapping[str, Any]) -> MaskedLogLikelihood:
    """Return the question that ``encode_masked_log_likelihood`` turned into ``data``."""
    return MaskedLogLikelihood(
        text=data["text"],
        prompt=data.get("prompt", ""),
        beside=data.get("beside"),
        is_second=data.get("is_second", False),
    )


def encode_log_likelihoods(output: LogLikelihoods) -> Json:
    """Return the scores as a JSON object, each as a list."""
    scores = [
        [encode_float(score.log_likelihood), score.n_tokens, score.is_greedy]
        for score in output.scores
    ]
    choices: Json = {"is_encoder_decoder": True} if output.is_encoder_decoder else {}
    return {"kind": "LogLikelihoods", "scores": scores, **choices}


def decode_log_likelihoods(data: Mapping[str, Any]) -> LogLikelihoods:
    """Return the scores that ``encode_log_likelihoods`` turned into ``data``."""
    return LogLikelihoods(
        tuple(
            ContinuationScore(float(log_likelihood), n_tokens, is_greedy)
            for log_likelihood, n_tokens, is_greedy in data["scores"]
        ),
        is_encoder_decoder=data.get("is_encoder_decoder", False),
    )


def encode_token_log_likelihoods(output: TokenLogLikelihoods) -> Json:
    """Return the values as a JSON object."""
    values = {"kind": "TokenLogLikelihoods", "values": encode_floats(output.values)}
    return {**values, "is_total": True} if output.is_total else values


def decode_token_log_likelihoods(data: Mapping[str, Any]) -> TokenLogLikelihoods:
    """Return the values that ``encode_token_log_likelihoods`` turned into ``data``."""
    values = decode_floats(data["values"])
    return TokenLogLikelihoods(values=values, is_total=data.get("is_total", False))
