"""The words that stand in the place of a placeholder: a list, or one out of a pinned package."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from harness.core.errors import ConfigError
from harness.sources.lexicons.given_names import GIVEN_NAMES, given_names
from harness.sources.lexicons.lexicon import Lexicon
from harness.sources.lexicons.sentiment_words import SENTIMENT_WORDS, sentiment_words
from harness.sources.lexicons.wordnet import wordnet
from harness.sources.lexicons.wordnet_files import WORDNET

ListName = Literal["female_names", "male_names", "given_names", "pleasant", "unpleasant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FromLexicon:
    """Words out of a word list that comes from a pinned package."""

    lexicon: ListName
    """``female_names``, ``male_names`` or ``given_names`` (both, in turn); ``pleasant`` or
    ``unpleasant``: adjectives that ten people rated, the strongest first."""
    first: int | None = None
    """Take so many words from the beginning of the list; all when absent."""

    def __post_init__(self) -> None:
        """Refuse an impossible number."""
        if self.first is not None and self.first < 1:
            raise ConfigError("first", f"must be at least 1, not {self.first}", "leave it out")

    @property
    def sources(self) -> tuple[Lexicon, ...]:
        """The word lists that they are made of."""
        return _LISTS[self.lexicon][0]

    def words(self) -> tuple[str, ...]:
        """Return the words.

        Raises:
            SourceError: the package cannot be had.
        """
        return _LISTS[self.lexicon][1]()[: self.first]


Words = tuple[str, ...] | FromLexicon
"""What stands under ``[words]`` for one placeholder."""


def words_of(entry: Words) -> tuple[str, ...]:
    """Return the words of an entry, each once.

    Raises:
        SourceError: they come from a package that cannot be had.
    """
    words = entry.words() if isinstance(entry, FromLexicon) else entry
    return tuple(dict.fromkeys(words))


def _both() -> tuple[str, ...]:
    """Return names of women and of men in turn, so that the first few are of either."""
    women, men = given_names("female"), given_names("male")
    in_turn = [name for pair in zip(women, men, strict=False) for name in pair]
    return tuple(dict.fromkeys((*in_turn, *women, *men)))


def _rated(sign: int) -> tuple[str, ...]:
    """Return the words of one sign that are adjectives, uninflected, and nothing else.

    The list holds nouns, verbs, slang and emoticons too, which fit no template.
    """
    known = wordnet()
    rated = [
        (-sign * mean, word)
        for word, mean in sentiment_words().items()
        if sign * mean > 0 and word in known.senses and known.parts_of_speech(word) == ("a",)
    ]
    return tuple(word for _, word in sorted(rated))


_LISTS: Mapping[ListName, tuple[tuple[Lexicon, ...], Callable[[], tuple[str, ...]]]] = {
    "female_names": ((GIVEN_NAMES,), lambda: given_names("female")),
    "male_names": ((GIVEN_NAMES,), lambda: given_names("male")),
    "given_names": ((GIVEN_NAMES,), _both),
    "pleasant": ((SENTIMENT_WORDS, WORDNET), lambda: _rated(1)),
    "unpleasant": ((SENTIMENT_WORDS, WORDNET), lambda: _rated(-1)),
}
