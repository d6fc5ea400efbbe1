"""Questions that let a model draw tokens, put with other seeds; all others as they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from harness.core.request import AskAgain, Generate, Payload, QuestionGroup

_SEEDS = 2**31
"""Every server takes one below this for an integer."""

Asked = TypeVar("Asked", bound=Payload)


def is_drawing(payload: Payload) -> bool:
    """Tell whether a question, or one of a group, lets the model draw tokens."""
    if isinstance(payload, QuestionGroup):
        return any(map(is_drawing, payload.questions))
    if isinstance(payload, AskAgain):
        return is_drawing(payload.question)
    return isinstance(payload, Generate) and payload.temperature > 0


def redrawn(payload: Asked, by: int) -> Asked:
    """Return a question with its seed moved on; seeds that differ keep their distance.

    Args:
        payload: any question.
        by: from 0 to below 2³¹.
    """
    if isinstance(payload, QuestionGroup):
        return replace(payload, questions=tuple(redrawn(each, by) for each in payload.questions))
    if isinstance(payload, AskAgain):
        return replace(payload, question=redrawn(payload.question, by))
    if isinstance(payload, Generate) and is_drawing(payload):
        return replace(payload, seed=(payload.seed + by) % _SEEDS)
    return payload
