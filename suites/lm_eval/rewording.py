"""Questions about disturbed documents; few-shot examples, choices and right answers stay."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from harness.core.abilities import Reworded
from harness.core.response import Failure, FailureKind
from harness.suites.lm_eval.cause import cause_of
from harness.suites.lm_eval.loaded_tasks import LoadedTask
from harness.suites.lm_eval.questions import Prompting, Question, question_of, set_fewshot


def reworded_questions(
    loaded: LoadedTask,
    prompting: Prompting,
    asked: Sequence[Question],
    texts: Sequence[Mapping[str, str]],
) -> list[Reworded | Failure]:
    """Return the questions of one task made anew from changed documents, in order.

    All documents are gone through, since each draws its few-shot examples after the one before.

    Args:
        loaded: the task.
        prompting: as for the clean questions.
        asked: the clean questions, of the first documents.
        texts: of each document, what stands in some of its fields instead; may be empty.
    """
    n_shots = set_fewshot(loaded.task, prompting)
    found: list[Reworded | Failure] = []
    with _examples_of(loaded.task) as draw_for:
        for number, (question, changes) in enumerate(zip(asked, texts, strict=True)):
            doc = loaded.docs[number]
            draw_for(doc)
            try:
                made = question_of(loaded, {**doc, **changes}, number, prompting, n_shots)
            except Exception as error:  # noqa: BLE001 - a task's functions may raise anything
                reason = f"no question can be made of the disturbed document ({cause_of(error)})"
                found.append(_lost(reason))
                continue
            is_clean = all(doc[name] == text for name, text in changes.items())
            found.append(_clean(question) if is_clean else _checked(made, question))
    return found


def _clean(question: Question) -> Reworded:
    return Reworded(sample=question.sample, payload=question.payload)


def _checked(made: Question, clean: Question) -> Reworded | Failure:
    """Refuse a question with another answer: it would be marked by the clean one."""
    if (made.sample.targets, made.sample.choices) != (clean.sample.targets, clean.sample.choices):
        return _lost("the disturbed text changes the right answer or a choice, which have to stay")
    return Reworded(
        sample=clean.sample.with_text(made.sample.text),
        payload=made.payload,
    )


def _lost(reason: str) -> Failure:
    return Failure(kind=FailureKind.UNDISTURBED, message=reason)


@contextmanager
def _examples_of(task: Any) -> Iterator[Callable[[Any], None]]:
    """Let a task draw its examples for other documents than it is shown: those as they were."""
    sampler = getattr(task, "sampler", None)
    if sampler is None:
        yield lambda _: None
        return
    stand_in = _Sampler(sampler)
    task.sampler = stand_in
    try:
        yield stand_in.draw_for
    finally:
        task.sampler = sampler


@dataclass(slots=True)
class _Sampler:
    """lm-eval's own, told of the clean document, so that it leaves that one out as before."""

    own: Any
    doc: Any = None

    def draw_for(self, doc: Any) -> None:
        self.doc = doc

    def sample(self, n: int, eval_doc: Any = None, **options: Any) -> Any:
        return self.own.sample(n, eval_doc=eval_doc and self.doc, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.own, name)
