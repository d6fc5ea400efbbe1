"""The words of a text under attack, and what changes make of it."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.suites.attacks.characters import (
    all_deleted,
    all_inserted,
    all_swapped,
    one_deleted,
    one_inserted,
    one_substituted,
    one_swapped,
)
from harness.suites.attacks.draft import Draft

TEXTS = st.text(alphabet="ab é'-_*@.,(\n\u00d7`", max_size=30)


def words(draft: Draft) -> list[str]:
    return [draft.word(place) for place in range(draft.n_words)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("... --- ''", []),
        ("'CCC' x-ray's", ["CCC", "x-ray's"]),
        ("rock'n'roll_ @me a*b", ["rock'n'roll", "me", "a*b"]),
        ("U.S. café 3.5", ["U", "S", "café", "3", "5"]),
        ("2×2 it`s ˗1", ["2×2", "it`s", "˗1"]),  # noqa: RUF001 - look-alikes are part of words
    ],
)
def test_words_are_those_of_textattack(text: str, expected: list[str]) -> None:
    assert words(Draft.of(text)) == expected


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("one two three", 0, "two three"),
        ("one two three", 1, "one three"),
        ("one two three", 2, "one two "),  # nothing follows, and so no space goes
        ("one two.", 1, "one."),
        ('"one" two', 0, '"" two'),
        ("one", 0, ""),
    ],
)
def test_a_word_goes_with_one_space(text: str, place: int, expected: str) -> None:
    assert Draft.of(text).without_word(place) == expected


@pytest.mark.parametrize(
    ("place", "new", "by_place"),
    [(0, "won", 1), (0, "o ne", 3), (0, "", 2), (2, "", 0)],
)
def test_one_change_counts_once_and_place_by_place_only_where_words_stay_in_number(
    place: int, new: str, by_place: int
) -> None:
    """Against TextAttack's ``all_words_diff``, which looks no further than the shorter text."""
    text = Draft.of("one two three")
    changed = text.changed_to(place, new)
    assert changed.n_changes == 1
    pairs = zip(words(text), words(changed), strict=False)
    assert sum(before != after for before, after in pairs) == by_place


@given(TEXTS, st.data())
def test_a_change_leaves_all_other_words(text: str, data: st.DataObject) -> None:
    draft = Draft.of(text)
    if not draft.n_words:
        return
    place = data.draw(st.integers(0, draft.n_words - 1))
    changed = draft.changed_to(place, "new")
    assert changed.text == draft.with_word(place, "new")
    assert words(changed) == [*words(draft)[:place], "new", *words(draft)[place + 1 :]]
    assert (changed.changed, changed.n_changes) == (frozenset({place}), 1)


@given(TEXTS, st.data())
def test_taking_a_word_out_leaves_all_others(text: str, data: st.DataObject) -> None:
    draft = Draft.of(text)
    if not draft.n_words:
        return
    place = data.draw(st.integers(0, draft.n_words - 1))
    left = draft.changed_to(place, "")
    assert words(left) == [*words(draft)[:place], *words(draft)[place + 1 :]]
    assert left.changed == frozenset()


def test_changed_words_move_with_the_text() -> None:
    draft = Draft.of("a good film indeed").changed_to(3, "really").changed_to(1, "go od")
    assert draft.text == "a go od film really"
    assert draft.changed == {1, 2, 4}
    assert draft.changed_to(0, "").changed == {0, 1, 3}


def test_all_changes_of_a_word() -> None:
    assert list(all_swapped("good", inner=True)) == ["good"]
    assert list(all_swapped("film")) == ["iflm", "flim", "fiml"]
    assert list(all_deleted("film", inner=True)) == ["flm", "fim"]
    inserted = list(all_inserted("film", random.Random(0), inner=True))
    assert [(each[0], each[-2:], len(each)) for each in inserted] == [
        ("f", "lm", 5),
        ("f", "lm", 5),
    ]


def test_a_word_of_one_character_is_left_alone() -> None:
    rng = random.Random(0)
    changes = (one_swapped, one_substituted, one_deleted, one_inserted)
    assert [list(change("a", rng)) for change in changes] == [[]] * 4


@pytest.mark.parametrize("seed", range(20))
def test_inner_changes_keep_the_ends(seed: int) -> None:
    rng = random.Random(seed)
    found = [
        *one_swapped("great", rng, inner=True),
        *one_deleted("great", rng, inner=True),
        *one_inserted("great", rng, inner=True, letters=" "),
    ]
    assert len(found) == 3
    assert all((each[0], each[-1]) == ("g", "t") for each in found)


@given(TEXTS, st.lists(st.tuples(st.integers(0, 30), TEXTS), max_size=4))
def test_a_changed_text_has_the_words_of_one_read_anew(
    text: str, changes: list[tuple[int, str]]
) -> None:
    draft = Draft.of(text)
    for place, new in changes:
        if draft.n_words:
            draft = draft.changed_to(place % draft.n_words, new)
            assert draft.spans == Draft.of(draft.text).spans


def test_words_are_put_in_at_once_as_one_after_the_other() -> None:
    draft = Draft.of("'Tis well-made, isn't it?")
    chosen = {3: "they", 0: "It is", 1: "bad"}
    one_by_one = draft
    for place in sorted(chosen, reverse=True):
        one_by_one = one_by_one.changed_to(place, chosen[place])
    assert draft.with_words(chosen) == one_by_one.text == "'It is bad, isn't they?"
    assert draft.with_words({}) == draft.text
