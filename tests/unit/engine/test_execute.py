"""Every sample asked has one answer, whatever the adapter does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fakes.toy_models import Habit, ToyAdapter
from fakes.toy_suite import ToySuite

from harness.core.capability import Capability
from harness.core.errors import AdapterError
from harness.core.response import Failure, FailureKind, Generation, Response
from harness.core.sample import Sample
from harness.engine import execute as module
from harness.engine.execute import Answered, execute


def answered(habit: Habit, *, n: int = 10, after: int = 3) -> list[Answered]:
    task = ToySuite(n=n).prepare(limit=None, seed=0)
    session = ToyAdapter(habit=habit, after=after).open()
    return list(execute(task, session, Capability.GENERATES, task.samples()))


@pytest.mark.parametrize("habit", ["none", "shuffles", "forgets", "repeats", "answers null"])
def test_each_sample_has_one_answer(habit: Habit) -> None:
    ids = [one.sample.id for one in answered(habit)]
    assert sorted(ids) == sorted(f"id-{i}" for i in range(10))


def test_the_answer_belongs_to_its_sample() -> None:
    for one in answered("shuffles"):
        assert isinstance(one.answer, Response)
        assert one.answer.output == Generation(text=one.sample.text, finish_reason="stop")


def test_what_was_forgotten_is_a_failure() -> None:
    failures = [one.answer for one in answered("forgets") if isinstance(one.answer, Failure)]
    forgotten = Failure(kind=FailureKind.PROTOCOL, message="the adapter gave no answer")
    assert failures == [forgotten] * 7


def test_the_first_of_two_answers_counts() -> None:
    assert all(isinstance(one.answer, Response) for one in answered("repeats"))


@pytest.mark.parametrize("habit", ["answers null", "answers a null output"])
def test_none_is_a_failure(habit: Habit) -> None:
    for one in answered(habit):
        assert isinstance(one.answer, Failure)
        assert one.answer.kind is FailureKind.PROTOCOL
        assert "NoneType" in one.answer.message


def test_an_answer_to_nobody_ends_the_asking() -> None:
    with pytest.raises(AdapterError, match="'nobody', which was not asked"):
        answered("invents")


def test_windows_bound_what_is_handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WINDOW", 4)
    drawn = 0
    task = ToySuite(n=20).prepare(limit=None, seed=0)

    def counted() -> Iterator[Sample]:
        nonlocal drawn
        for sample in task.samples():
            drawn += 1
            yield sample

    stream = execute(task, ToyAdapter().open(), Capability.GENERATES, counted())
    next(stream)
    assert drawn == 4
    assert len(list(stream)) == 19
