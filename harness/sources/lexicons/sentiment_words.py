"""How pleasant or unpleasant English words are: the lexicon of VADER."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from harness.sources.lexicons.lexicon import Lexicon
from harness.sources.source import Source

SENTIMENT_WORDS = Lexicon(
    name="sentiment words",
    holds="7,500 words, abbreviations and emoticons, each with the mean rating of ten people",
    licence="MIT (VADER)",
    sources=(
        Source(
            package="vaderSentiment",
            version="3.3.2",
            sha256="5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9",
            sdist=True,
            file="vaderSentiment-3.3.2/vaderSentiment/vader_lexicon.txt",
        ),
    ),
)


@cache
def sentiment_words() -> Mapping[str, float]:
    """Return the mean rating of each word, from -4 (most unpleasant) to 4 (most pleasant)."""
    (path,) = SENTIMENT_WORDS.fetch()
    lines = path.read_text(encoding="utf-8").splitlines()
    fields = (line.split("\t") for line in lines if line.strip())
    return MappingProxyType({word: float(mean) for word, mean, *_ in fields})
