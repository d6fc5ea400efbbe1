"""Prompts as JSON values, and back: a text, or the turns of a conversation."""

from __future__ import annotations

from typing import Any, TypeAlias

from harness.core.request import Message, Prompt

Json: TypeAlias = dict[str, Any]


def encode_prompt(prompt: Prompt) -> str | list[Json]:
    """Return the text, or a list of an object per turn."""
    if isinstance(prompt, str):
        return prompt
    return [{"role": turn.role, "content": turn.content} for turn in prompt]


def decode_prompt(data: str | list[Json]) -> Prompt:
    """Return the prompt that ``encode_prompt`` turned into ``data``."""
    if isinstance(data, str):
        return data
    return tuple(Message(turn["role"], turn["content"]) for turn in data)
