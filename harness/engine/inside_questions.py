"""Asks about a model's inside, many inquiries' questions at once and none of them twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from harness.core.attention import AttentionMaps
from harness.core.capability import Capability
from harness.core.decomposition import Decomposition
from harness.core.ports import Session, Task
from harness.core.request import Attend, Decompose, Differentiate, InsideQuestion, Payload
from harness.core.response import Failure, FailureKind, InsideAnswer, Response
from harness.core.sample import Sample
from harness.core.token_gradients import TokenGradients
from harness.engine.asking import Answers
from harness.engine.execute import WINDOW, answers_to
from harness.engine.seen_questions import Seen, seen_question

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
        put = [
            [seen_question(self.task, sample, asked, self.capability) for asked in wanted]
            for sample, wanted in inquiries
        ]
        owners: dict[InsideQuestion, Answers[InsideAnswer]] = {}
        for own, mine in zip(put, told, strict=True):
            for seen in own:
                if isinstance(seen, Seen):
                    owners.setdefault(seen.question, mine)
        found: dict[InsideQuestion, InsideAnswer | Failure] = {}
        for asked, answer in answered(self.session, owners):
            found[asked] = read(asked, answer)
            if isinstance(answer, Response) and answer.usage is not None:
                owners[asked].usages.append(answer.usage)
        for own, mine in zip(put, told, strict=True):
            mine.values = [_put_back(seen, found) for seen in own]
        return told


def _put_back(
    seen: Seen | Failure, found: Mapping[InsideQuestion, InsideAnswer | Failure]
) -> InsideAnswer | Failure:
    if isinstance(seen, Failure):
        return seen
    answer = found[seen.question]
    return answer if isinstance(answer, Failure) else seen.put_back(answer)


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
