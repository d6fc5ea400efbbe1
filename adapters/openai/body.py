"""What is sent: a payload as the path and JSON body of a request."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from harness.core.request import Generate, LogLikelihood, Payload, Prompt, RollingLogLikelihood


class UnsendableError(ValueError):
    """The API has no way to ask this; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How the server is spoken to."""

    model: str
    api: Literal["chat", "completions"]
    max_tokens_field: str = "max_tokens"
    extra: Mapping[str, Any] = field(default_factory=dict)
    scores: bool = False
    """Whether log-likelihoods may be asked for."""
    length_fields: Sequence[str] = ()
    """Those of ``ignore_eos`` and ``min_tokens`` that the server knows."""
    continuous_usage: bool = False
    """Whether every chunk of a stream is to count the tokens so far."""

    @property
    def path(self) -> str:
        """The path below the base address."""
        return "/chat/completions" if self.api == "chat" else "/completions"

    def body(self, payload: Payload) -> bytes:
        """Return the JSON body that asks for this payload.

        Raises:
            UnsendableError: the API has no way to ask it.
        """
        if isinstance(payload, Generate):
            fields = self._generation(payload)
        elif not self.scores:
            raise UnsendableError(
                f"{type(payload).__name__} is nothing it can be asked as it is set"
            )
        elif isinstance(payload, LogLikelihood):
            fields = _scoring(joined_texts(payload))
        elif isinstance(payload, RollingLogLikelihood):
            fields = _scoring([payload.text])
        else:
            raise UnsendableError(f"{type(payload).__name__} is nothing this API can be asked")
        return self._encoded(fields)

    def streamed_body(self, payload: Payload) -> bytes:
        """Return the JSON body that asks for this payload piece by piece, and for its usage.

        Raises:
            UnsendableError: only what is generated comes in pieces.
        """
        if not isinstance(payload, Generate):
            raise UnsendableError(f"{type(payload).__name__} has no answer that could be streamed")
        wishes = {"include_usage": True}
        if self.continuous_usage:
            wishes["continuous_usage_stats"] = True
        streaming = {"stream": True, "stream_options": wishes}
        return self._encoded(self._generation(payload) | streaming)

    def _encoded(self, fields: Mapping[str, Any]) -> bytes:
        # Escaped to ASCII, because a prompt may hold half a character, which UTF-8 cannot.
        return json.dumps({"model": self.model, **fields, **self.extra}).encode()

    def _generation(self, payload: Generate) -> dict[str, Any]:
        fields: dict[str, Any] = {
            self.max_tokens_field: payload.max_new_tokens,
            "temperature": payload.temperature,
            "seed": payload.seed,
        }
        if self.api == "chat":
            fields["messages"] = _turns(payload.prompt)
        else:
            fields["prompt"] = _plain(payload.prompt)
        if payload.top_p < 1:
            fields["top_p"] = payload.top_p
        if payload.stop:
            fields["stop"] = list(payload.stop)
        return fields | self._least_length(payload)

    def _least_length(self, payload: Generate) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        if payload.min_new_tokens and "min_tokens" in self.length_fields:
            fields["min_tokens"] = payload.min_new_tokens
        is_fixed = payload.min_new_tokens == payload.max_new_tokens
        if is_fixed and "ignore_eos" in self.length_fields:
            fields["ignore_eos"] = True
        return fields


def joined_texts(payload: LogLikelihood) -> list[str]:
    """Return prompt and continuation as one text, for each continuation.

    Raises:
        UnsendableError: the prompt has turns, whose text only the server's template knows.
    """
    prompt = _plain(payload.prompt)
    return [prompt + continuation for continuation in payload.continuations]


def _scoring(texts: list[str]) -> dict[str, Any]:
    # One new token, not none: several servers refuse a budget of 0. It is cut off when read.
    return {"prompt": texts, "max_tokens": 1, "temperature": 0.0, "echo": True, "logprobs": 1}


def _turns(prompt: Prompt) -> list[dict[str, str]]:
    if isinstance(prompt, str):
        return [{"role": "user", "content": prompt}]
    return [{"role": turn.role, "content": turn.content} for turn in prompt]


def _plain(prompt: Prompt) -> str:
    if not isinstance(prompt, str):
        raise UnsendableError('the completions API takes plain text, not turns; use api = "chat"')
    return prompt
