"""A search is shown what may change of a text, and asks about the whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.core.attacked import Found
from harness.core.request import Differentiate
from harness.core.sample import Sample
from harness.core.token_gradients import TokenGradient, TokenGradients
from harness.engine.searched_text import SearchedText

TEXT = "Title: Oslo\nReview: good fun!"
SPANS = ((7, 11), (20, 29))


@pytest.fixture
def text() -> SearchedText:
    return SearchedText.of(Sample(id="s", index=0, text=TEXT, open_spans=SPANS))


def test_the_whole_text_stands_around_what_is_shown(text: SearchedText) -> None:
    assert text.shown.split(text.mark) == ["Oslo\n", "\ngood fun!"]
    assert text.filled(text.shown) == TEXT
    changed = text.shown.replace("Oslo", "").replace("good", "very good")
    assert text.filled(changed) == "Title: \nReview: very good fun!"


def test_white_space_around_a_mark_may_be_another(text: SearchedText) -> None:
    assert text.filled(" ".join(text.shown.split())) == TEXT


def test_a_text_without_its_marks_is_a_fault_of_the_search(text: SearchedText) -> None:
    with pytest.raises(ValueError, match="cannot be told what is whose column"):
        text.filled("Oslo good fun!")


def test_a_mark_is_no_character_of_the_text() -> None:
    sample = Sample(id="s", index=0, text=f"\ue000 {TEXT}", open_spans=((9, 13), (22, 31)))
    text = SearchedText.of(sample)
    assert text.mark == "\ue001"
    assert text.filled(text.shown) == sample.text


def test_all_of_a_text_is_shown_as_it_is() -> None:
    text = SearchedText.of(Sample(id="s", index=0, text=TEXT))
    assert text.shown == text.filled(text.shown) == TEXT


def token(whole: str, word: str) -> TokenGradient:
    start = whole.index(word)
    return TokenGradient(text=word, start=start, end=start + len(word), norm=1, times_input=0)


def asking(text: SearchedText, seen: list[Any]) -> Any:
    """Look at a changed text's words, then ask about it."""
    changed = text.shown.replace("Oslo", "Bergen")
    start = changed.index("good")
    spans = ((0, 6), (start, start + 4))
    seen += yield [Differentiate(text=changed, spans=spans)]
    seen += yield [changed]
    return Found(has_succeeded=False, text=changed, n_changed=1, n_words=3)


def test_places_of_gradients_are_those_of_each_text(text: SearchedText) -> None:
    seen: list[Any] = []
    search = text.searched(asking(text, seen))
    whole = "Title: Bergen\nReview: good fun!"

    (asked,) = next(search)
    assert asked.text == whole
    assert [whole[slice(*span)] for span in asked.spans] == ["Bergen", "good"]
    tokens = tuple(token(whole, word) for word in ("Title", "Bergen", "Review", "good", "!"))
    added = TokenGradient(text="[SEP]", start=None, end=None, norm=0, times_input=0)
    answer = TokenGradients(label="x", score=0, tokens=(*tokens, added), span_norms=(1, 1))
    assert search.send([answer]) == [whole]
    with pytest.raises(StopIteration) as end:
        search.send(["a guess"])
    assert end.value.value.text == whole

    shown = text.shown.replace("Oslo", "Bergen")
    gradients, guess = seen
    assert guess == "a guess"
    assert gradients.span_norms == (1, 1)
    assert [
        None if each.start is None else shown[each.start : each.end] for each in gradients.tokens
    ] == [None, "Bergen", None, "good", "!", None]


@pytest.mark.parametrize("spans", [((0, 7),), ((4, 6),)])
def test_a_gradient_at_no_word_is_a_fault_of_the_search(
    text: SearchedText, spans: tuple[tuple[int, int], ...]
) -> None:
    search = text.searched(iter_of(lambda: Differentiate(text=text.shown, spans=spans)))
    with pytest.raises(ValueError, match="no word of the text"):
        next(search)


def iter_of(question: Callable[[], Any]) -> Any:
    yield [question()]
