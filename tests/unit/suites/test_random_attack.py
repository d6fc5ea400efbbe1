from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

import pytest

from harness.core.attacked import Found, Guess
from harness.core.errors import ConfigError
from harness.core.ports import Search
from harness.suites.attacks.random_search import Candidate, random_search
from harness.suites.attacks.random_swaps import RandomAttack

CLEAN = Guess(label="good", is_right=True, p_right=0.9)
RIGHT = Guess(label="good", is_right=True, p_right=0.8)
WRONG = Guess(label="bad", is_right=False, p_right=0.2)
TEXT = "an unusually tender film, and a good one at that"


def driven(
    search: Search, budget: int, wrong: Sequence[int] = ()
) -> tuple[list[str], Found, list[int]]:
    """Answer ``budget`` queries, wrongly where asked to; return texts, result and list sizes."""
    asked: list[str] = []
    sizes: list[int] = []
    try:
        wanted = list(next(search))
        while True:
            sizes.append(len(wanted))
            wanted = wanted[: budget - len(asked)]
            numbers = range(len(asked), len(asked) + len(wanted))
            asked += wanted
            wanted = list(search.send([WRONG if i in wrong else RIGHT for i in numbers]))
    except StopIteration as end:
        return asked, end.value, sizes


def start(seed: int = 0, text: str = TEXT, **options: float) -> Search:
    return RandomAttack(**options).search(text, CLEAN, random.Random(seed))  # type: ignore[arg-type]


def n_words_changed(text: str) -> int:
    return sum(a != b for a, b in zip(TEXT.split(), text.split(), strict=True))


def test_each_query_swaps_neighbours_in_a_few_words() -> None:
    asked, found, _ = driven(start(), 199)
    assert len(asked) == len(set(asked)) == 199
    assert TEXT not in asked
    assert Counter(map(n_words_changed, asked)).keys() == {1, 2, 3}
    for text in asked:
        assert Counter(text) == Counter(TEXT)
    assert (found.has_succeeded, found.n_words, found.n_barren) == (False, 10, 1)
    assert n_words_changed(found.text) == found.n_changed


def test_the_first_wrong_answer_ends_it() -> None:
    asked, found, _ = driven(start(), 199, wrong=(20, 22))
    assert found.has_succeeded
    assert found.text == asked[20]
    assert found.n_changed == n_words_changed(found.text)


def test_lists_grow_so_that_an_early_success_is_cheap() -> None:
    _, _, sizes = driven(start(), 10_000)
    assert sizes[:6] == [8, 16, 32, 64, 128, 128]


def test_it_stops_when_it_is_sent_fewer_than_it_asked_about() -> None:
    asked, _, sizes = driven(start(), 20)
    assert (len(asked), sizes) == (20, [8, 16])


def test_it_ends_where_nothing_new_is_to_be_had() -> None:
    asked, found, _ = driven(start(text="ab aa"), 1000)
    assert asked == ["ba aa"]
    assert found.n_barren == 1
    asked, found, _ = driven(start(text="a 1 !"), 1000)
    assert asked == []
    assert (found.text, found.n_words, found.n_barren) == ("a 1 !", 1, 1)


def test_an_answer_of_no_use_is_not_the_nearest() -> None:
    search = random_search(
        Candidate(text="a", n_changed=0),
        1,
        lambda rng: Candidate(text=str(rng.random()), n_changed=1),
        random.Random(0),
    )
    wanted = next(search)
    unreadable = Guess(label="", is_right=True, p_right=1.0)
    with pytest.raises(StopIteration) as end:
        search.send([unreadable] * (len(wanted) - 1))
    assert end.value.value.text == "a"


def test_the_same_generator_draws_the_same() -> None:
    assert driven(start(3), 50)[0] == driven(start(3), 50)[0]
    assert driven(start(3), 50)[0] != driven(start(4), 50)[0]


def test_the_share_bounds_the_words_changed_at_once() -> None:
    asked, _, _ = driven(start(max_share=1.0), 300)
    assert max(map(n_words_changed, asked)) == 9
    asked, _, _ = driven(start(max_share=0.01), 5)
    assert {n_words_changed(text) for text in asked} == {1}


def test_labels_tell_what_is_not_usual() -> None:
    assert RandomAttack().label == "random"
    assert RandomAttack(budget=1000).label == "random budget=1000"
    assert RandomAttack(max_share=0.5).label == "random max_share=0.5"
    assert RandomAttack().control(TEXT, CLEAN, random.Random(0)) is None


@pytest.mark.parametrize("options", [{"budget": 1}, {"max_share": 0.0}, {"max_share": 1.1}])
def test_impossible_options(options: dict[str, float]) -> None:
    with pytest.raises(ConfigError):
        RandomAttack(**options)  # type: ignore[arg-type]
