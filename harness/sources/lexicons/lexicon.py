"""What a word list is: where its bytes come from, and on what terms they may be used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from harness.core.errors import SourceError, sentence
from harness.core.identity import hash_json
from harness.sources.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """One word list. To name it reads nothing; the function beside it that loads it does."""

    name: str
    """As signatures and ``harness data lexicons`` show it."""
    holds: str
    """What is in it, a few words."""
    licence: str
    """The terms of the list itself, which may differ from those of the package around it."""
    sources: tuple[Source, ...]
    """The pinned files that it is made of."""
    version: int = 1
    """Counts up when the code that reads the files makes something else of the same bytes."""

    @property
    def hash(self) -> str:
        """SHA-256 (hex) over the name, what pins the files, and the version of what reads them.

        Known without a byte of them: the hash of an archive and a name within it fix the contents.
        """
        pins = [(source.package, source.sha256, source.file) for source in self.sources]
        return hash_json({"name": self.name, "sources": pins, "version": self.version})

    def fetch(self) -> tuple[Path, ...]:
        """Return the path of each of its files, fetched and checked when they are not cached.

        Raises:
            SourceError: with the list that is missing, and how to get it.
        """
        try:
            return tuple(source.fetch() for source in self.sources)
        except SourceError as error:
            remedy = "run 'harness data fetch SPEC' once with a network"
            raise SourceError(sentence(f"word list {self.name!r}", str(error), remedy)) from error


@runtime_checkable
class UsesLexicons(Protocol):
    """A perturbation, an attack or a suite that draws on word lists."""

    @property
    def lexicons(self) -> tuple[Lexicon, ...]:
        """All of them, so that ``harness data fetch`` brings what a run needs."""
        ...


def lexicon_hashes(*lexicons: Lexicon) -> dict[str, str]:
    """Return the hash of each by its name: these entries belong in a signature.

    >>> from harness.sources.lexicons.stop_words import STOP_WORDS
    >>> list(lexicon_hashes(STOP_WORDS))
    ['stop words']
    """
    return {lexicon.name: lexicon.hash for lexicon in lexicons}
