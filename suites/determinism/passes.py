"""The passes over the questions: which of them are handed to the model together, and when."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence

from harness.core.abilities import Answer
from harness.core.errors import AdapterError
from harness.core.ports import Session
from harness.core.request import Request, SingleQuestion
from harness.core.response import Failure, FailureKind, Response, SingleAnswer

_MOST_AT_ONCE = 8192
"""Questions handed over in one call: enough to fill batches, few enough to bound memory."""

Questions = Mapping[str, SingleQuestion]
"""By name."""


def answers(session: Session, questions: Questions) -> Iterator[tuple[str, Answer]]:
    """Ask all questions together, in their order; yield the name of each with its one answer.

    A question keeps its name in every pass: an adapter that draws tokens does so by it.

    Raises:
        AdapterError: the model is gone, or it answers what nobody asked.
    """
    names = list(questions)
    for start in range(0, len(names), _MOST_AT_ONCE):
        together = names[start : start + _MOST_AT_ONCE]
        still_open = dict.fromkeys(together)
        for exchange in session.respond([Request(name, questions[name]) for name in together]):
            name = exchange.request.id
            if name not in questions:
                raise AdapterError(f"the adapter answered {name!r}, which was not asked")
            if name in still_open:
                del still_open[name]
                yield name, _checked(exchange.answer)
        for name in still_open:
            yield name, _no_answer("the adapter gave no answer")


def in_company(names: Sequence[str], n_parts: int, seed: int) -> list[list[str]]:
    """Return the questions in random order, dealt into parts that are asked one after the other.

    An adapter may sort what it is given, by length say: order alone would change nothing there.

    Args:
        names: of all questions.
        n_parts: how many parts; at most one for each question.
        seed: of the draw.
    """
    shuffled = list(names)
    random.Random(f"{seed}/company").shuffle(shuffled)  # noqa: S311 - no secret
    n_dealt = min(n_parts, len(shuffled))
    return [shuffled[first::n_dealt] for first in range(n_dealt)]


def drawn_alone(names: Sequence[str], n_alone: int, seed: int) -> frozenset[str]:
    """Return which questions are asked alone: so many of them, drawn with the seed."""
    rng = random.Random(f"{seed}/alone")  # noqa: S311 - no secret
    return frozenset(rng.sample(list(names), min(n_alone, len(names))))


def _checked(answer: Response | Failure) -> Answer:
    """Turn what is no answer to a question into a failure: it must never pass for one."""
    if isinstance(answer, Failure):
        return answer
    output: object = answer.output if isinstance(answer, Response) else answer
    if isinstance(answer, Response) and isinstance(output, SingleAnswer):
        return answer
    return _no_answer(f"the adapter gave {type(output).__name__} for an answer")


def _no_answer(message: str) -> Failure:
    return Failure(kind=FailureKind.PROTOCOL, message=message)
