"""Asks a model for gradients, many inquiries' questions at once and none of them twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from harness.core.capability import Capability
from harness.core.ports import Session, Task
from harness.core.request import Classify, Differentiate, Payload
from harness.core.response import Failure, FailureKind, Response
from harness.core.sample import Sample
from harness.core.token_gradients import TokenGradients
from harness.engine.asking import Answers
from harness.engine.execute import WINDOW, answers_to

Answer = Response | Failure


@dataclass(frozen=True, slots=True)
class GradientQuestions:
    """One model, asked by one task."""

    task: Task
    session: Session
    capability: Capability

    def answer(
        self, inquiries: Sequence[tuple[Sample, Sequence[Differentiate]]]
    ) -> list[Answers[TokenGradients]]:
        """Answer the questions of each inquiry, in their order.

        Raises:
            AdapterError: the model is gone.
        """
        told: list[Answers[TokenGradients]] = [Answers() for _ in inquiries]
        owners: dict[Differentiate, Answers[TokenGradients]] = {}
        found: dict[Differentiate, TokenGradients | Failure] = {}
        for (sample, wanted), mine in zip(inquiries, told, strict=True):
            for asked in wanted:
                refusal = self._unlike(sample, asked)
                if refusal is None:
                    owners.setdefault(asked, mine)
                else:
                    found[asked] = refusal
        for asked, answer in answered(self.session, owners):
            found[asked] = read(answer)
            if isinstance(answer, Response) and answer.usage is not None:
                owners[asked].usages.append(answer.usage)
        for (_, wanted), mine in zip(inquiries, told, strict=True):
            mine.values = [found[asked] for asked in wanted]
        return told

    def _unlike(self, sample: Sample, asked: Differentiate) -> Failure | None:
        """Refuse a gradient at a text that the model does not see as the suite asks about it."""
        seen = self.task.ask(replace(sample, text=asked.text), self.capability)
        if isinstance(seen, Classify) and seen.text == asked.text:
            return None
        reason = "the suite does not ask the model to classify the text as it is"
        return Failure(kind=FailureKind.REJECTED, message=f"no gradient can be had: {reason}")


def answered(
    session: Session, questions: Iterable[Differentiate]
) -> Iterator[tuple[Differentiate, Answer]]:
    """Yield each distinct question with its answer, short texts first.

    Raises:
        AdapterError: the model is gone.
    """
    ordered = iter(sorted(dict.fromkeys(questions), key=lambda asked: len(asked.text)))
    while window := list(islice(ordered, WINDOW)):
        payloads: dict[str, Payload] = {str(place): each for place, each in enumerate(window)}
        for name, answer in answers_to(session, payloads):
            yield window[int(name)], answer


def read(answer: Answer) -> TokenGradients | Failure:
    """Return the gradients that came back, or why none did."""
    if isinstance(answer, Failure):
        return answer
    if isinstance(answer.output, TokenGradients):
        return answer.output
    reason = f"gradients were asked for, and {type(answer.output).__name__} came back"
    return Failure(kind=FailureKind.PROTOCOL, message=reason)
