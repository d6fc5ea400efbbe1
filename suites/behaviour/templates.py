"""Templates with placeholders, and the texts that they become."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import prod

from harness.core.errors import ConfigError, did_you_mean

_PLACEHOLDER = re.compile(r"\{(a:)?(\w+)\}")
_VOWELS = frozenset("aeiouAEIOU")
ORIGINAL = "original"
"""The placeholder that stands for the whole original text in a variant."""


def placeholders(templates: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the placeholders, each once, in their order.

    >>> placeholders(["{name} is {a:job}.", "{name} is not {a:job}."])
    ('name', 'job')
    """
    found = (match[2] for text in templates for match in _PLACEHOLDER.finditer(text))
    return tuple(dict.fromkeys(found))


def filled(template: str, words: Mapping[str, str]) -> str:
    """Put words in place of placeholders; ``{a:job}`` puts the article that fits before it.

    The article goes by the word's first letter alone.

    >>> filled("{name} is {a:job}.", {"name": "Ann", "job": "editor"})
    'Ann is an editor.'
    """
    return _PLACEHOLDER.sub(
        lambda match: (_article(words[match[2]]) if match[1] else "") + words[match[2]], template
    )


def _article(word: str) -> str:
    return "an " if word[:1] in _VOWELS else "a "


def check_braces(template: str, where: str) -> None:
    """Refuse a brace that belongs to no placeholder: it is more likely a slip than meant.

    Raises:
        ConfigError: there is one.
    """
    if {"{", "}"} & set(_PLACEHOLDER.sub("", template)):
        raise ConfigError(
            where, f"has a brace that is part of no placeholder: {template!r}", "write {name}"
        )


def check_known(names: Iterable[str], words: Mapping[str, Sequence[str]], where: str) -> None:
    """Refuse placeholders that have no words.

    Raises:
        ConfigError: the first of them.
    """
    for name in names:
        if name not in words:
            raise ConfigError(
                where, f"{{{name}}} is not among the words", did_you_mean(name, list(words))
            )


def n_fillings(names: Sequence[str], words: Mapping[str, Sequence[str]]) -> int:
    """Return how many ways there are to fill these placeholders."""
    return prod(len(words[name]) for name in names)


def fillings(
    names: Sequence[str],
    words: Mapping[str, Sequence[str]],
    n: int | None,
    rng: random.Random,
) -> Iterator[dict[str, str]]:
    """Yield a word for each placeholder: all combinations in order, or ``n`` of them drawn.

    Args:
        names: of the placeholders.
        words: by name, each list with at least one.
        n: how many to draw without replacement; None, or more than there are, for all.
        rng: of the draw.
    """
    n_all = n_fillings(names, words)
    chosen = range(n_all) if n is None or n >= n_all else rng.sample(range(n_all), n)
    return (_at(place, names, words) for place in chosen)


def _at(place: int, names: Sequence[str], words: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return one of the combinations by its number; the last placeholder changes fastest."""
    found: dict[str, str] = {}
    for name in reversed(names):
        place, own = divmod(place, len(words[name]))
        found[name] = words[name][own]
    return found
