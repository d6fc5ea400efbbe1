"""Asks about a model's inside, many inquiries' questions at once and none of them twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from harness.core.attention import AttentionMaps
from harness.core.capability import Capability
from harness.core.decomposition import Decomposition
from harness.core.ports import Session, Task
from harness.core.request import Attend, Classify, Decompose, Differentiate, InsideQuestion, Payload
from harness.core.response import Failure, FailureKind, InsideAnswer, Response
from harness.core.sample import Sample
from harness.core.token_gradients import TokenGradients
from harness.engine.asking import Answers
from harness.engine.execute import WINDOW, answers_to

Answer = Response | Failure

_ASKED_FOR: dict[type, tuple[str, type[InsideAnswer]]] = {
    Differentiate: ("gradients were", TokenGradients),
    Attend: ("attention was", AttentionMaps),
    Decompose: ("what its features add was", Decomposition),
}


@dataclass(frozen=True, slots=True)
class InsideQuestions:
    """One model, asked by one task."""

    task: Task
    session: Session
    capability: Capability

    def answer(
        self, inquiries: Sequence[tuple[Sample, Sequence[InsideQuestion]]]
    ) -> list[Answers[InsideAnswer]]:
        """Answer the questions of each inquiry, in their order.

        Raises:
            AdapterError: the model is gone.
        """
        told: list[Answers[InsideAnswer]] = [Answers() for _ in inquiries]
        owners: dict[InsideQuestion, Answers[InsideAnswer]] = {}
        found: dict[InsideQuestion, InsideAnswer | Failure] = {}
        for (sample, wanted), mine in zip(inquiries, told, strict=True):
            for asked in wanted:
                refusal = self._unlike(sample, asked)
                if refusal is None:
                    owners.setdefault(asked, mine)
                else:
                    found[asked] = refusal
        for asked, answer in answered(self.session, owners):
            found[asked] = read(asked, answer)
            if isinstance(answer, Response) and answer.usage is not None:
                owners[asked].usages.append(answer.usage)
        for (_, wanted), mine in zip(inquiries, told, strict=True):
            mine.values = [found[asked] for asked in wanted]
        return told

    def _unlike(self, sample: Sample, asked: InsideQuestion) -> Failure | None:
        """Refuse to look into a text that the model does not see as the suite asks about it."""
        seen = self.task.ask(replace(sample, text=asked.text), self.capability)
        if isinstance(seen, Classify) and seen.text == asked.text:
            return None
        reason = "the suite does not ask the model to classify the text as it is"
        return Failure(
            kind=FailureKind.REJECTED, message=f"the model cannot be looked into: {reason}"
        )


def answered(
    session: Session, questions: Iterable[InsideQuestion]
) -> Iterator[tuple[InsideQuestion, Answer]]:
    """Yield each distinct question with its answer, short texts first.

    Raises:
        AdapterError: the model is gone.
    """
    ordered = iter(sorted(dict.fromkeys(questions), key=lambda asked: len(asked.text)))
    while window := list(islice(ordered, WINDOW)):
        payloads: dict[str, Payload] = {str(place): each for place, each in enumerate(window)}
        for name, answer in answers_to(session, payloads):
            yield window[int(name)], answer


def read(asked: InsideQuestion, answer: Answer) -> InsideAnswer | Failure:
    """Return what came back of the model's inside, or why nothing did."""
    if isinstance(answer, Failure):
        return answer
    what, kind = _ASKED_FOR[type(asked)]
    if isinstance(answer.output, kind):
        return answer.output
    reason = f"{what} asked for, and {type(answer.output).__name__} came back"
    return Failure(kind=FailureKind.PROTOCOL, message=reason)
