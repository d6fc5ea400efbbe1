"""Which word lists something draws on, and whether they are here."""

from __future__ import annotations

from collections.abc import Iterable

from harness.sources.lexicons.lexicon import Lexicon, UsesLexicons
from harness.sources.package import holds_package_file


def lexicons_of(things: Iterable[object]) -> list[Lexicon]:
    """Return the word lists that any of the things draws on, each once."""
    return list(
        dict.fromkeys(
            lexicon
            for thing in things
            if isinstance(thing, UsesLexicons)
            for lexicon in thing.lexicons
        )
    )


def is_fetched(lexicon: Lexicon) -> bool:
    """Tell whether all files of a word list are in the cache."""
    return all(
        holds_package_file(str(source.sha256), str(source.file)) for source in lexicon.sources
    )


def packages_of(lexicon: Lexicon) -> str:
    """Return the pinned packages that a word list comes from.

    >>> from harness.sources.lexicons.stop_words import STOP_WORDS
    >>> packages_of(STOP_WORDS)
    'llama-index-core==0.14.25'
    """
    pins = (f"{source.package}=={source.version}" for source in lexicon.sources)
    return ", ".join(dict.fromkeys(pins))
