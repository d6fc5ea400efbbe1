"""One frame of a streamed answer: on which channel it is, and what it says of its tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.adapters.openai.reading import read_count
from harness.core.trace import CONTENT, NOTHING, REASONING, TOOL_CALL

_REASONING_NAMES = ("reasoning_content", "reasoning")
"""What vLLM, SGLang, llama.cpp and DeepSeek, and what newer vLLM and OpenRouter, call it."""
_FIELDS = {
    CONTENT: ("content", "refusal"),
    TOOL_CALL: ("tool_calls", "function_call"),
    REASONING: _REASONING_NAMES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFrame:
    """What one frame says."""

    channel: str
    """By its text alone: a frame without any text is on none."""
    named: str = NOTHING
    """By the one field that is there, even if empty. None where fields of two channels are, and
    where a role is named: such a frame begins the answer, and holds nothing of it."""
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
        named=_named(delta),
        n_tokens=_n_listed(choice),
        n_so_far=_n_so_far(data),
        finish_reason=reason if isinstance(reason, str) else "",
        is_refused=bool(delta.get("refusal")),
    )


def _channel(delta: Mapping[str, Any]) -> str:
    for channel, names in _FIELDS.items():
        if any(delta.get(name) for name in names):
            return channel
    return NOTHING


def _named(delta: Mapping[str, Any]) -> str:
    if delta.get("role"):
        return NOTHING
    there = {name for name, value in delta.items() if value is not None}
    channels = [channel for channel, names in _FIELDS.items() if there.intersection(names)]
    return channels[0] if len(channels) == 1 else NOTHING


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
