from __future__ import annotations

from collections.abc import Generator, Sequence

from harness.engine.lock_step import Room, in_lock_step


def room(most: int = 100, most_weight: float = 1e9, weight: float = 1.0) -> Room[str]:
    return Room(most=most, most_weight=most_weight, weigh=lambda _: weight)


ROOMY = room()


def counting(name: str, n: int) -> Generator[str, str, str]:
    told = []
    for i in range(n):
        told.append((yield f"{name}{i}"))  # noqa: PERF401 - a comprehension may not yield
    return f"{name}: {' '.join(told)}"


def carried_out(lengths: dict[str, int], space: Room[str]) -> tuple[list[str], list[list[str]]]:
    steps: list[list[str]] = []

    def answer(asked: Sequence[str]) -> list[str]:
        steps.append(list(asked))
        return [text.upper() for text in asked]

    courses = (counting(name, n) for name, n in lengths.items())
    return list(in_lock_step(courses, answer, space)), steps


def test_all_that_are_under_way_ask_in_one_step() -> None:
    results, steps = carried_out({"a": 2, "b": 1, "c": 3}, ROOMY)
    assert steps == [["a0", "b0", "c0"], ["a1", "c1"], ["c2"]]
    assert results == ["b: B0", "a: A0 A1", "c: C0 C1 C2"]


def test_one_that_ends_makes_room_at_once() -> None:
    results, steps = carried_out({"a": 3, "b": 1, "c": 1, "d": 1}, room(most=2))
    assert steps == [["a0", "b0"], ["a1", "c0"], ["a2", "d0"]]
    assert len(results) == 4


def test_heavy_ones_wait_and_one_that_is_too_heavy_goes_alone() -> None:
    _, steps = carried_out({"a": 1, "b": 1, "c": 1}, room(most_weight=4.0, weight=2.0))
    assert steps == [["a0", "b0"], ["c0"]]
    _, steps = carried_out({"a": 1, "b": 1}, room(most_weight=1.0, weight=2.0))
    assert steps == [["a0"], ["b0"]]


def test_one_that_asks_nothing_has_a_result() -> None:
    assert carried_out({"a": 0, "b": 0}, ROOMY) == (["a: ", "b: "], [])
    assert carried_out({}, ROOMY) == ([], [])


def test_nothing_is_taken_up_before_there_is_room() -> None:
    begun: list[int] = []

    def noted(i: int) -> Generator[str, str, str]:
        begun.append(i)
        yield "?"
        return ""

    courses = (noted(i) for i in range(100))
    stream = in_lock_step(courses, lambda asked: ["!"] * len(asked), room(most=3, most_weight=9))
    next(stream)
    assert begun == [0, 1, 2]


def test_what_is_asked_at_once_and_what_was_keep_to_the_room_together() -> None:
    """All find out at their second question how much they want to know."""
    held: dict[str, int] = {}
    most_held = 0

    def swelling(name: str) -> Generator[str, str, str]:
        nonlocal most_held
        for question in ("?", "?" * 40, "?" * 30, "?" * 40):
            held[name] = len(question)
            most_held = max(most_held, sum(held.values()))
            yield question
        del held[name]
        return name

    names = [f"n{i}" for i in range(20)]
    steps: list[int] = []

    def answer(asked: Sequence[str]) -> list[str]:
        steps.append(len(asked))
        return ["!"] * len(asked)

    space: Room[str] = Room(most=16, most_weight=100.0, weigh=len)
    results = list(in_lock_step(map(swelling, names), answer, space))
    assert sorted(results) == sorted(names)
    assert steps[0] == 16
    assert most_held < 100 + 40
    assert max(steps[1:]) > 1
