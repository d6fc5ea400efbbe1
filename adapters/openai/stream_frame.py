"""One frame of a streamed answer: on which channel it is, and what it says of its tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.adapters.openai.reading import read_count
from harness.core.trace import CONTENT, NOTHING, REASONING, TOOL_CALL

_REASONING_NAMES = ("reasoning_content", "reasoning")
"""What vLLM, SGLang, llama.cpp and DeepSeek, and what newer vLLM and OpenRouter, call it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFrame:
    """What one frame says."""

    channel: str
    """By its text alone: a frame without any text is on none."""
    n_tokens: int | None = None
    """Its own tokens, where it lists them (token ids, log-probabilities)."""
    n_so_far: int | None = None
    """Tokens of this and all frames before, where it counts them."""
    finish_reason: str = ""
    is_refused: bool = False


def read_frame(data: Mapping[str, Any]) -> StreamFrame:
    """Return what a frame says; one without a choice says nothing of tokens.

    >>> read_frame({"choices": [{"delta": {"reasoning": "Well"}}]}).channel
    'r'
    """
    choices = data.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(choice, dict):
        return StreamFrame(channel=NOTHING)
    delta = choice.get("delta")
    delta = delta if isinstance(delta, dict) else {"content": choice.get("text")}
    reason = choice.get("finish_reason")
    return StreamFrame(
        channel=_channel(delta),
        n_tokens=_n_listed(choice),
        n_so_far=_n_so_far(data),
        finish_reason=reason if isinstance(reason, str) else "",
        is_refused=bool(delta.get("refusal")),
    )


def _channel(delta: Mapping[str, Any]) -> str:
    if delta.get("content") or delta.get("refusal"):
        return CONTENT
    if delta.get("tool_calls") or delta.get("function_call"):
        return TOOL_CALL
    if any(delta.get(name) for name in _REASONING_NAMES):
        return REASONING
    return NOTHING


def _n_listed(choice: Mapping[str, Any]) -> int | None:
    ids = choice.get("token_ids")
    if isinstance(ids, list):
        return len(ids)
    logprobs = choice.get("logprobs")
    if not isinstance(logprobs, dict):
        return None
    names = ("content", "reasoning", "tokens")
    lists = [logprobs[name] for name in names if isinstance(logprobs.get(name), list)]
    return len(lists[0]) if lists else None


def _n_so_far(data: Mapping[str, Any]) -> int | None:
    usage, timings = data.get("usage"), data.get("timings")
    if isinstance(usage, dict):
        return read_count(usage.get("completion_tokens"))
    # llama.cpp, with ``timings_per_token``.
    return read_count(timings.get("predicted_n")) if isinstance(timings, dict) else None
