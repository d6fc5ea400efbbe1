"""A synchronous attack carried out as a search: interrupted, taken up, broken off, undisturbed."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from harness.core.attacked import Found, Guess
from harness.suites.attacks.textattack.course import Finding, course, n_changed_words
from harness.suites.attacks.textattack.victim import RIGHT, Victim

pytest.importorskip("greenlet", reason="greenlet is part of the extra textattack")

GLOBAL: Any = np.random.mtrand._rand
CLEAN = Guess(label="good", is_right=True, p_right=0.75)


def text_of(words: str, places: Sequence[int] | None = None) -> Any:
    """Return the part of an ``AttackedText`` that is read."""
    split = words.split()
    return SimpleNamespace(
        text=words,
        words=split,
        num_words=len(split),
        attack_attrs={"original_index_map": np.array(places or range(len(split)))},
        words_diff_num=lambda other: abs(len(other.words) - len(split)) + 1,
    )


class SuccessfulAttackResult:
    def __init__(self, original: str, perturbed: str) -> None:
        self.original_result = SimpleNamespace(attacked_text=text_of(original))
        self.perturbed_result = SimpleNamespace(attacked_text=text_of(perturbed))


class Toy:
    """Asks about its text, then about each change that it draws, as TextAttack would."""

    def __init__(self, body: Callable[[Victim, str], Any] | None = None) -> None:
        self.goal_function = SimpleNamespace(model=Victim())
        self.body = body or drawing

    def attack(self, text: str, ground_truth: int) -> Any:
        assert ground_truth == RIGHT
        assert self.goal_function.model([text]).tolist() == [[0.25, 0.75]]
        return self.body(self.goal_function.model, text)


def drawing(victim: Victim, text: str) -> Any:
    words = text.split()
    for _ in range(3):
        numbers = random.randrange(1000), GLOBAL.randint(1000), int(torch.randint(1000, (1,)))
        words[0] = "-".join(map(str, numbers))
        table = victim([" ".join(words)])
        if int(table.argmax()) != RIGHT:
            break
    return SuccessfulAttackResult(text, " ".join(words))


def endless(victim: Victim, text: str) -> Any:
    while True:
        victim([f"{text} {random.random()} {GLOBAL.rand()} {torch.rand(1)}"])


def begun(toy: Toy, text: str = "so good", seed: int = 0) -> Any:
    return course(toy, text, CLEAN, random.Random(seed), Finding(None))


def carried_out(search: Any, *, in_between: Callable[[], Any] = lambda: None) -> list[Any]:
    """Return all questions, and what was found."""
    asked: list[Any] = []
    try:
        wanted = next(search)
        while True:
            asked.append(list(wanted))
            in_between()
            wanted = search.send([Guess(label="good", is_right=True, p_right=0.6)] * len(wanted))
    except StopIteration as end:
        return [*asked, end.value]


def test_it_draws_the_same_whoever_else_draws_in_between() -> None:
    alone = carried_out(begun(Toy()))
    other = begun(Toy(endless), "another text", seed=1)
    next(other)

    def disturb() -> None:
        random.random()
        GLOBAL.rand()
        torch.rand(1)
        other.send([CLEAN])

    assert carried_out(begun(Toy()), in_between=disturb) == alone
    assert carried_out(begun(Toy(), seed=2)) != alone
    assert len(alone) == 4
    assert alone[-1] == Found(
        has_succeeded=True, text=alone[-2][0], n_changed=1, n_words=2, n_barren=0
    )


def test_it_leaves_the_global_generators_as_it_found_them() -> None:
    def state() -> list[Any]:
        return [
            random.getstate(),
            GLOBAL.get_state()[1].tolist(),
            torch.get_rng_state().tolist(),
        ]

    before = state()
    carried_out(begun(Toy()))
    assert state() == before


def test_what_it_draws_is_what_seeded_generators_give() -> None:
    seed = random.Random(5).getrandbits(32)
    (first,), *_ = carried_out(begun(Toy(), seed=5))
    expected = (
        random.Random(seed).randrange(1000),
        np.random.RandomState(seed).randint(1000),
        int(torch.randint(1000, (1,), generator=torch.Generator().manual_seed(seed))),
    )
    assert first.split()[0] == "-".join(map(str, expected))


def test_a_defect_comes_out_of_the_search() -> None:
    def broken(victim: Victim, text: str) -> Any:
        victim([f"{text}!"])
        raise IndexError("list index out of range")

    search = begun(Toy(broken))
    assert next(search) == ["so good!"]
    with pytest.raises(IndexError, match="out of range"):
        search.send([CLEAN])


def test_one_that_is_broken_off_ends_at_once_and_asks_no_more() -> None:
    ended: list[str] = []

    def stubborn(victim: Victim, text: str) -> Any:
        try:
            victim([f"{text}?"])
        finally:
            ended.append("cleared up")
            try:
                victim([f"{text}!"])
            finally:
                ended.append("and was refused")

    search: Generator[Any, Any, Found] = begun(Toy(stubborn))
    next(search)
    search.close()
    assert ended == ["cleared up", "and was refused"]


def test_one_that_is_never_begun_needs_no_end() -> None:
    begun(Toy()).close()


def test_words_are_followed_by_textattacks_map_of_places() -> None:
    original = text_of("one two three")
    assert n_changed_words(original, text_of("one TWO three", [0, 1, 2])) == 1
    assert n_changed_words(original, text_of("one three", [0, -1, 1])) == 1
    assert n_changed_words(original, text_of("one t wo three", [0, 2, 3])) == 1
    assert n_changed_words(original, text_of("one two", [0, 1, 2])) == 1
    assert n_changed_words(text_of("a b c d"), text_of("ab c d", [0, 1, 2])) == 2


def test_where_the_model_is_to_stay_right_the_share_of_words_decides() -> None:
    result = SuccessfulAttackResult("one two", "one")
    result.perturbed_result.attacked_text = text_of("one", [0, -1])
    assert Finding(0.5).of(result).has_succeeded
    assert not Finding(0.6).of(result).has_succeeded
