"""Lets many inquiries advance together: what each wants to know next is asked all at once.

TextAttack carries one attack to its end before it starts the next, and so asks a model about four
to ten texts at a time. Here a step takes the next question of every inquiry that is under way.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Told = TypeVar("Told")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How many inquiries may be under way at once; it bounds memory and changes no outcome."""

    most: int
    most_weight: float
    """Of all together; one alone may weigh more."""


@dataclass(frozen=True, slots=True)
class Inquiry(Generic[Asked, Told, Result]):
    """Something that asks, is told, and comes to a result."""

    course: Generator[Asked, Told, Result]
    weight: float = 1.0
    """Share of memory that it takes while it is under way, in units of the room's."""


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[Asked, Told, Result]):
    inquiry: Inquiry[Asked, Told, Result]
    question: Asked


def in_lock_step(
    inquiries: Iterable[Inquiry[Asked, Told, Result]],
    answer: Callable[[Sequence[Asked]], Sequence[Told]],
    room: Room,
) -> Iterator[Result]:
    """Yield the result of each inquiry, as soon as it is there.

    An inquiry that ends makes room for the next one at once, so that a long one holds up no other.

    Args:
        inquiries: taken up one by one, as there is room.
        answer: answers one question of each inquiry under way, in their order.
        room: for how many there is room.
    """
    coming = iter(inquiries)
    following = next(coming, None)
    waiting: list[_Waiting[Asked, Told, Result]] = []
    while True:
        weight = sum(each.inquiry.weight for each in waiting)
        while following is not None and _fits(following, len(waiting), weight, room):
            weight += following.weight
            yield from _advanced(following, None, waiting)
            following = next(coming, None)
        if not waiting:
            return
        asking, waiting = waiting, []
        told = answer([each.question for each in asking])
        for each, news in zip(asking, told, strict=True):
            yield from _advanced(each.inquiry, news, waiting)


def _fits(inquiry: Inquiry[Asked, Told, Result], n: int, weight: float, room: Room) -> bool:
    return not n or (n < room.most and weight + inquiry.weight <= room.most_weight)


def _advanced(
    inquiry: Inquiry[Asked, Told, Result],
    told: Told | None,
    waiting: list[_Waiting[Asked, Told, Result]],
) -> Iterator[Result]:
    """Take an inquiry to its next question; yield its result where that was the last.

    Args:
        inquiry: under way, or not yet begun.
        told: the answer to its last question; None to begin.
        waiting: receives it with its next question.
    """
    try:
        question = next(inquiry.course) if told is None else inquiry.course.send(told)
    except StopIteration as end:
        yield end.value
    else:
        waiting.append(_Waiting(inquiry, question))
