"""English words so frequent that attacks leave them alone: the list of NLTK."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from harness.sources.lexicons.lexicon import Lexicon
from harness.sources.source import Source

STOP_WORDS = Lexicon(
    name="stop words",
    holds="198 English function words and contractions, as NLTK's corpus 'stopwords' has them",
    licence="none stated by NLTK, whose list grew out of PostgreSQL's; the package is MIT",
    sources=(
        Source(
            package="llama-index-core",
            version="0.14.25",
            sha256="caa7d9c5ac9b13dc33400cf8d5e92e689b6d1e4497eb9bfa50d6f52ca2eb22a1",
            file="llama_index/core/_static/nltk_cache/corpora/stopwords/english",
        ),
    ),
)


@cache
def stop_words() -> frozenset[str]:
    """Return the stop words, in lower case.

    Raises:
        SourceError: the list cannot be had, or its package is another than the pinned one.
    """
    return frozenset(stop_words_file().read_text(encoding="utf-8").split())


def stop_words_file() -> Path:
    """Return the path of the list, one word a line."""
    (path,) = STOP_WORDS.fetch()
    return path
