"""The n-grams that a vectoriser of scikit-learn reads in a text, each with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from harness.adapters.sklearn.undecomposable import UndecomposableError

Place = tuple[int, int]
Ngram = tuple[str, tuple[Place, ...]]
"""Its name, and the place of each word of it; of an n-gram of characters, the one stretch."""

_WORD = re.compile(r"\S+")
_WHITE_SPACES = re.compile(r"\s\s+")


def placed_ngrams(vectorizer: Any, text: str) -> list[Ngram]:
    """Return the n-grams of a text, one for each time that they occur.

    Args:
        vectorizer: a ``CountVectorizer`` or what derives from it.
        text: as it stands; places are characters of it.

    Raises:
        UndecomposableError: the vectoriser has code of its own for reading, or changes texts so
            that the places of words are lost.
    """
    kind = vectorizer.analyzer
    if callable(kind):
        raise UndecomposableError("the vectoriser has an analyzer of its own")
    processed, places = _processed(vectorizer.build_preprocessor(), text)
    reading: Callable[..., Iterator[Ngram]] = _READING[kind]
    found = list(reading(vectorizer, processed, places))
    # Its own word counts: whatever is told here by other means has to agree with it.
    if sorted(name for name, _ in found) != sorted(vectorizer.build_analyzer()(text)):
        raise UndecomposableError("the vectoriser reads other words than could be found")
    return found


def _processed(preprocess: Callable[[str], str], text: str) -> tuple[str, list[Place]]:
    """Return the text as it is read, and where each character of that comes from."""
    whole = preprocess(text)
    alone = [preprocess(character) for character in text]
    if "".join(alone) == whole:
        return whole, [(at, at + 1) for at, piece in enumerate(alone) for _ in piece]
    if len(whole) == len(text):  # some letters hang on their neighbours (a sigma that ends a word)
        return whole, [(at, at + 1) for at in range(len(text))]
    raise UndecomposableError("the vectoriser's preprocessor moves the words of this text")


def _words(vectorizer: Any, text: str, places: list[Place]) -> Iterator[Ngram]:
    if vectorizer.tokenizer is not None:
        raise UndecomposableError("the vectoriser has a tokenizer of its own")
    pattern = re.compile(vectorizer.token_pattern)
    group = pattern.groups  # findall gives the one group where there is one
    stops = vectorizer.get_stop_words() or ()
    words = [
        (found[group], _place(places, *found.span(group)))
        for found in pattern.finditer(text)
        if found[group] not in stops
    ]
    least, most = vectorizer.ngram_range
    for n in range(least, min(most, len(words)) + 1):
        for at in range(len(words) - n + 1):
            run = words[at : at + n]
            yield " ".join(word for word, _ in run), tuple(place for _, place in run)


def _characters(vectorizer: Any, text: str, places: list[Place]) -> Iterator[Ngram]:
    text, places = _with_single_spaces(text, places)
    least, most = vectorizer.ngram_range
    for n in range(least, min(most, len(text)) + 1):
        for at in range(len(text) - n + 1):
            yield text[at : at + n], (_place(places, at, at + n),)


def _characters_of_words(vectorizer: Any, text: str, places: list[Place]) -> Iterator[Ngram]:
    least, most = vectorizer.ngram_range
    for found in _WORD.finditer(text):
        start, end = found.span()
        padded = f" {found[0]} "
        for n in range(least, most + 1):
            for at in range(max(1, len(padded) - n + 1)):
                # The space before a word has no place in the text, and neither has that behind.
                first = min(max(start, start + at - 1), end)
                behind = max(first, min(end, start + at + n - 1))
                yield padded[at : at + n], (_place(places, first, behind),)
            if n >= len(padded):
                break


_READING: dict[str, Callable[[Any, str, list[Place]], Iterator[Ngram]]] = {
    "word": _words,
    "char": _characters,
    "char_wb": _characters_of_words,
}


def _with_single_spaces(text: str, places: list[Place]) -> tuple[str, list[Place]]:
    pieces, kept, done = [], [], 0
    for gap in _WHITE_SPACES.finditer(text):
        pieces += [text[done : gap.start()], " "]
        kept += [*places[done : gap.start()], _place(places, *gap.span())]
        done = gap.end()
    return "".join((*pieces, text[done:])), [*kept, *places[done:]]


def _place(places: list[Place], start: int, end: int) -> Place:
    if start == end:
        at = places[start][0] if start < len(places) else places[-1][1]
        return at, at
    return places[start][0], places[end - 1][1]
