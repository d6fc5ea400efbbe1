"""Synonyms of single words, from WordNet."""

from __future__ import annotations

from functools import lru_cache

from harness.sources.lexicons.wordnet import wordnet


@lru_cache(maxsize=1 << 16)
def synonyms_of(word: str) -> tuple[str, ...]:
    """Return the synonyms of a word as WordNet writes them, frequent meanings first.

    Raises:
        SourceError: WordNet cannot be had.
    """
    return wordnet().synonyms(word)


def in_case_of(word: str, model: str) -> str:
    """Return a word in small letters, in capitals or with a first capital, as another is written.

    >>> [in_case_of("fine", model) for model in ("good", "GOOD", "Good", "gOOd")]
    ['fine', 'FINE', 'Fine', 'fine']
    """
    if model.islower():
        return word.lower()
    if model.isupper() and len(model) > 1:
        return word.upper()
    if model[0].isupper() and model[1:].islower():
        return word.capitalize()
    return word
