"""The character tables inside TextAttack's transformations, in its order.

Taken from its package without an import, which would take half a minute and NLTK's data.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from harness.sources.lexicons.lexicon import Lexicon
from harness.sources.lexicons.python_literals import attribute_literal
from harness.sources.source import Source


def _module(name: str) -> Source:
    return Source(
        package="textattack",
        version="0.3.11",
        sha256="6b0282ee4468cbc3cf21fef0cea99b38b8e68104c307b234788026335963ca47",
        file=f"textattack/transformations/word_swaps/{name}.py",
    )


_LICENCE = "MIT (TextAttack)"

KEYBOARD = Lexicon(
    name="keyboard",
    holds="the neighbours of each letter on a QWERTY keyboard",
    licence=_LICENCE,
    sources=(_module("word_swap_qwerty"),),
)
LOOK_ALIKES = Lexicon(
    name="look-alikes",
    holds="one character that looks alike for each small letter and digit",
    licence=_LICENCE,
    sources=(_module("word_swap_homoglyph_swap"),),
)


@cache
def keyboard_neighbours() -> Mapping[str, tuple[str, ...]]:
    """Return the neighbours of each small letter, as ``WordSwapQWERTY`` goes through them."""
    (path,) = KEYBOARD.fetch()
    table = attribute_literal(path, "_keyboard_adjacency")
    return MappingProxyType({key: tuple(neighbours) for key, neighbours in table.items()})


@cache
def look_alikes() -> Mapping[str, str]:
    """Return what ``WordSwapHomoglyphSwap`` puts in the place of a character."""
    (path,) = LOOK_ALIKES.fetch()
    return MappingProxyType(dict(attribute_literal(path, "homos")))
