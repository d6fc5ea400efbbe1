"""Gradients of the output that a model has chosen."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TypeAlias

from harness.core.explainer import Subject, UnexplainableError
from harness.core.request import Differentiate, InsideQuestion
from harness.core.response import InsideAnswer
from harness.core.token_gradients import TokenGradients

Asking: TypeAlias = Generator[Sequence[InsideQuestion], Sequence[InsideAnswer], TokenGradients]


def chosen_gradients(subject: Subject, n_steps: int = 1) -> Asking:
    """Ask for the gradients of the label that the model itself chooses for the text.

    By its own name that label is not known here: a suite may call it something else.

    Args:
        subject: the text.
        n_steps: points on the path for integrated gradients; 1: none.

    Raises:
        UnexplainableError: the model's label is another than the output that was chosen, since the
            suite puts labels together.
    """
    (found,) = yield [Differentiate(text=subject.text, n_steps=n_steps)]
    if not isinstance(found, TokenGradients):
        raise TypeError(f"{type(found).__name__} came for gradients")
    chosen = subject.outputs[subject.chosen]
    if found.label in subject.outputs and found.label != chosen:
        raise UnexplainableError(
            f"the model chooses {found.label!r}, and the suite reads {chosen!r} from its scores,"
            " which has no gradient of its own"
        )
    return found
