import pytest
from fakes.synthetic_run import HOSTILE
from hypothesis import given
from hypothesis import strategies as st

from harness.reports.word_difference import MAX_WORDS, Segment, word_difference


def marked(segments: tuple[Segment, ...]) -> list[str]:
    return [segment.text for segment in segments if segment.is_changed]


def joined(segments: tuple[Segment, ...]) -> str:
    return "".join(segment.text for segment in segments)


def test_only_what_differs_is_marked() -> None:
    found = word_difference("The film is good, really.", "The film is bad, really.")
    assert marked(found.before) == ["good"]
    assert marked(found.after) == ["bad"]


def test_words_that_follow_each_other_are_one_mark() -> None:
    found = word_difference("one two three four five", "one six seven four five")
    assert marked(found.before) == ["two three"]
    assert marked(found.after) == ["six seven"]


def test_a_space_that_stays_between_words_that_stay_is_not_marked() -> None:
    found = word_difference("alpha beta gamma", "alpha X beta Y gamma")
    assert marked(found.before) == []


def test_equal_texts_have_no_mark() -> None:
    assert marked(word_difference("a b", "a b").before) == []
    assert word_difference("", "").before == ()


def test_answers_with_next_to_nothing_in_common_are_left_readable() -> None:
    found = word_difference("a harmless guess", "the right answer")
    assert marked(found.before) == []
    assert marked(found.after) == []
    assert not found.is_too_long


def test_chinese_is_compared_sign_by_sign() -> None:
    assert marked(word_difference("我喜欢这部电影", "我讨厌这部电影").after) == ["讨厌"]


def test_numbers_are_compared_whole() -> None:
    found = word_difference("log-likelihood -1,012.5", "log-likelihood -1,212.5")
    assert marked(found.before) == ["-1,012.5"]


def test_very_long_texts_are_shown_unmarked() -> None:
    text = "word " * MAX_WORDS
    found = word_difference(text, f"{text}!")
    assert found.is_too_long
    assert marked(found.after) == []
    assert joined(found.after) == f"{text}!"


def test_a_model_in_a_loop_is_shown_unmarked() -> None:
    assert word_difference("no " * 399, "no " * 398 + "yes").is_too_long


@pytest.mark.parametrize("text", HOSTILE[:-1])
def test_nothing_is_lost_of_hostile_texts(text: str) -> None:
    found = word_difference(f"a {text}", f"a {text} b")
    assert joined(found.before) == f"a {text}"
    assert joined(found.after) == f"a {text} b"


@given(st.text(max_size=60), st.text(max_size=60))
def test_both_texts_come_back_whole(before: str, after: str) -> None:
    found = word_difference(before, after)
    assert (joined(found.before), joined(found.after)) == (before, after)


@given(st.lists(st.sampled_from("ab c.")), st.lists(st.sampled_from("ab c.")))
def test_what_is_not_marked_is_the_same_on_both_sides(a: list[str], b: list[str]) -> None:
    found = word_difference("".join(a), "".join(b))
    kept = [
        "".join(segment.text for segment in side if not segment.is_changed).replace(" ", "")
        for side in (found.before, found.after)
    ]
    if marked(found.before) or marked(found.after):
        assert kept[0] == kept[1]
