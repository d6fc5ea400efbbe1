"""Chat turns where lm-eval's own code wants one text."""

from __future__ import annotations

import json
from collections.abc import Sequence

from harness.core.request import Message, Prompt


class ChatText(str):
    """Turns as JSON: what lm-eval's tasks pass on, hash, and write to files of samples."""

    __slots__ = ()

    @staticmethod
    def of(turns: Sequence[Message]) -> ChatText:
        """Write turns."""
        plain = [{"role": turn.role, "content": turn.content} for turn in turns]
        return ChatText(json.dumps(plain, ensure_ascii=False))

    @property
    def turns(self) -> tuple[Message, ...]:
        """The turns."""
        return tuple(Message(turn["role"], turn["content"]) for turn in json.loads(self))


def prompt_of(context: str) -> Prompt:
    """Return a context of lm-eval's as a prompt."""
    return context.turns if isinstance(context, ChatText) else context


def context_of(prompt: Prompt) -> str:
    """Return a prompt as a context of lm-eval's."""
    return prompt if isinstance(prompt, str) else ChatText.of(prompt)
