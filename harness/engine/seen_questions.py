"""A question about a text, put about what the model is shown of it; and its answer put back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from harness.core.attention import AttentionMaps, AttentionToken
from harness.core.capability import Capability
from harness.core.ports import Task
from harness.core.request import Classify, Decompose, Differentiate, InsideQuestion, LogLikelihood
from harness.core.response import Failure, FailureKind, InsideAnswer
from harness.core.sample import Sample
from harness.core.token_gradients import TokenGradient, TokenGradients

Token = TypeVar("Token", TokenGradient, AttentionToken)


@dataclass(frozen=True, slots=True)
class Seen:
    """A question as the model is asked it."""

    question: InsideQuestion
    start: int = 0
    """Where the text that is asked about begins in what the model reads."""
    length: int | None = None
    """Characters of it; None where the model reads nothing else."""

    def put_back(self, answer: InsideAnswer) -> InsideAnswer:
        """Return the answer with places in the text alone; what is around it has none."""
        if self.length is None or not isinstance(answer, TokenGradients | AttentionMaps):
            return answer
        if isinstance(answer, TokenGradients):
            return replace(answer, tokens=tuple(self._moved(each) for each in answer.tokens))
        return replace(answer, tokens=tuple(self._moved(each) for each in answer.tokens))

    def _moved(self, token: Token) -> Token:
        assert self.length is not None
        if token.start is None or token.end is None:
            return token
        start, end = token.start - self.start, token.end - self.start
        if end <= 0 or start >= self.length:
            return replace(token, start=None, end=None)
        return replace(token, start=max(0, start), end=min(self.length, end))


def seen_question(
    task: Task, sample: Sample, asked: InsideQuestion, capability: Capability
) -> Seen | Failure:
    """Put a question about a text as the task asks the model about it.

    A classifier reads the text itself. A language model reads it in a prompt, and what stands for
    labels is what it may go on with.

    Args:
        task: words the prompt.
        sample: the text's own.
        asked: about the text.
        capability: the one that was settled on.

    Returns:
        why not, where the model reads it in another way.
    """
    shown = task.ask(sample.with_text(asked.text), capability)
    if isinstance(shown, Classify) and shown.text == asked.text:
        return Seen(asked)
    if not isinstance(shown, LogLikelihood) or shown.prompts:
        return _refusal("the suite does not ask the model to classify the text as it is")
    if not isinstance(shown.prompt, str):
        return _refusal("the suite asks in a chat, whose template may change the text")
    if shown.prompt.count(asked.text) != 1:
        return _refusal("the text cannot be told from the rest of the prompt")
    if isinstance(asked, Decompose):
        return _refusal("a prompt has features beside those of the text")
    start, length = shown.prompt.index(asked.text), len(asked.text)
    if isinstance(asked, Differentiate):
        within = (start, start + length)
        asked = replace(asked, continuations=shown.continuations, within=within)
    return Seen(replace(asked, text=shown.prompt), start, length)


def _refusal(reason: str) -> Failure:
    return Failure(kind=FailureKind.REJECTED, message=f"the model cannot be looked into: {reason}")
