"""Lets many inquiries advance together: what each wants to know next is asked all at once.

TextAttack carries one attack to its end before it starts the next, and so asks a model about four
to ten texts at a time. Here a step takes the next question of every inquiry that is under way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Told = TypeVar("Told")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Room(Generic[Asked]):
    """How many inquiries may be under way at once; it bounds memory and changes no outcome."""

    most: int
    most_weight: float
    """Of the questions of all together, but for the last that was asked; one may weigh more."""
    weigh: Callable[[Asked], float]
    """Tells what a question takes, for as long as the inquiry has not come to its next one."""


@dataclass(slots=True)
class _UnderWay(Generic[Asked, Told, Result]):
    course: Generator[Asked, Told, Result]
    weight: float = 0.0
    """Of its last question."""
    told: Told | None = None
    """The answer to it; None before the first."""


def in_lock_step(
    courses: Iterable[Generator[Asked, Told, Result]],
    answer: Callable[[Sequence[Asked]], Sequence[Told]],
    room: Room[Asked],
) -> Iterator[Result]:
    """Yield the result of each inquiry, as soon as it is there.

    An inquiry that ends makes room for the next one at once, so that a long one holds up no other.
    One that has its answer and for whose next question there is no room waits with that answer;
    those that were asked last, and hold what they asked about, go on first.

    Args:
        courses: each asks, is told, and comes to a result; taken up one by one, as there is room.
        answer: answers one question of each inquiry that asks in a step, in their order.
        room: for how many there is room.
    """
    coming = iter(courses)
    ready: deque[_UnderWay[Asked, Told, Result]] = deque()
    while True:
        asking: list[tuple[_UnderWay[Asked, Told, Result], Asked]] = []
        held = sum(each.weight for each in ready)
        while not asking or held < room.most_weight:
            following = _following(ready, coming, may_begin=len(asking) < room.most)
            if following is None:
                break
            held -= following.weight
            try:
                question = _advanced(following)
            except StopIteration as end:
                yield end.value
                continue
            following.weight = room.weigh(question)
            held += following.weight
            asking.append((following, question))
        if not asking:
            return
        told = answer([question for _, question in asking])
        for (each, _), news in zip(asking, told, strict=True):
            each.told = news
        ready.extendleft(each for each, _ in reversed(asking))


def _following(
    ready: deque[_UnderWay[Asked, Told, Result]],
    coming: Iterator[Generator[Asked, Told, Result]],
    *,
    may_begin: bool,
) -> _UnderWay[Asked, Told, Result] | None:
    """Return the inquiry whose turn it is: one under way before a new one; None without any."""
    if ready:
        return ready.popleft()
    course = next(coming, None) if may_begin else None
    return None if course is None else _UnderWay(course)


def _advanced(each: _UnderWay[Asked, Told, Result]) -> Asked:
    """Take an inquiry to its next question.

    Raises:
        StopIteration: it has come to its result.
    """
    if each.told is None:
        return next(each.course)
    told, each.told = each.told, None
    return each.course.send(told)
