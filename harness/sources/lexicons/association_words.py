"""The word sets of the Word Embedding Association Test (Caliskan et al. 2017)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from harness.sources.lexicons.lexicon import Lexicon
from harness.sources.source import Source

ASSOCIATION_WORDS = Lexicon(
    name="association words",
    holds="31 sets of words that association tests compare (Caliskan et al. 2017, table 1)",
    licence="MIT (WEFE)",
    sources=(
        Source(
            package="wefe",
            version="1.0.1",
            sha256="12654a91109cc2244e772bbdc881f692eec34488fe919fd918a929528f6faa00",
            file="wefe/datasets/data/WEAT.json",
        ),
    ),
)


@cache
def association_words() -> Mapping[str, tuple[str, ...]]:
    """Return words by the name of their set, in its order, each once.

    Raises:
        SourceError: they cannot be had.
    """
    (path,) = ASSOCIATION_WORDS.fetch()
    table: dict[str, list[str]] = json.loads(path.read_text(encoding="utf-8"))
    return MappingProxyType({name: tuple(dict.fromkeys(words)) for name, words in table.items()})
