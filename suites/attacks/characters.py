"""Changes of single characters within a word: what DeepWordBug, TextBugger and Pruthi's attack do.

All count positions as TextAttack 0.3.11 does, and draw a position before a letter. A word of one
character is left alone.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from string import ascii_letters

from harness.sources.lexicons.textattack_tables import keyboard_neighbours, look_alikes


def swapped(word: str, at: int) -> str:
    """Return the word with a character and the one behind it exchanged.

    >>> swapped("good", 2)
    'godo'
    """
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def one_swapped(word: str, rng: random.Random, *, inner: bool = False) -> Iterator[str]:
    """Draw a pair of neighbours to exchange.

    Args:
        word: the original.
        rng: the source of chance.
        inner: leave the first and the last character alone.
    """
    positions = _pairs(word, inner=inner)
    if positions:
        yield swapped(word, rng.choice(positions))


def all_swapped(word: str, *, inner: bool = False) -> Iterator[str]:
    """Exchange each pair of neighbours in turn."""
    return (swapped(word, at) for at in _pairs(word, inner=inner))


def one_substituted(word: str, rng: random.Random) -> Iterator[str]:
    """Draw a character, and an English letter to put in its place."""
    positions = _positions(word, inner=False)
    if positions:
        at = rng.choice(positions)
        yield word[:at] + rng.choice(ascii_letters) + word[at + 1 :]


def one_deleted(word: str, rng: random.Random, *, inner: bool = False) -> Iterator[str]:
    """Draw a character to leave out."""
    positions = _positions(word, inner=inner)
    if positions:
        at = rng.choice(positions)
        yield word[:at] + word[at + 1 :]


def all_deleted(word: str, *, inner: bool = False) -> Iterator[str]:
    """Leave out each character in turn."""
    return (word[:at] + word[at + 1 :] for at in _positions(word, inner=inner))


def one_inserted(
    word: str, rng: random.Random, *, inner: bool = False, letters: str = ascii_letters
) -> Iterator[str]:
    """Draw a character, and one of the letters to put before it."""
    positions = _positions(word, inner=inner)
    if positions:
        at = rng.choice(positions)
        yield word[:at] + rng.choice(letters) + word[at:]


def all_inserted(word: str, rng: random.Random, *, inner: bool = False) -> Iterator[str]:
    """Put a drawn letter before each character in turn."""
    return (
        word[:at] + rng.choice(ascii_letters) + word[at:] for at in _positions(word, inner=inner)
    )


def all_mistyped(word: str, *, inner: bool = False) -> Iterator[str]:
    """Put each neighbour on the keyboard, in its case, for each character in turn."""
    neighbours = keyboard_neighbours()
    for at in _positions(word, inner=inner):
        for key in neighbours.get(word[at].lower(), ()):
            yield word[:at] + (key.upper() if word[at].isupper() else key) + word[at + 1 :]


def all_lookalikes(word: str) -> Iterator[str]:
    """Put what looks alike for each character in turn."""
    alike = look_alikes()
    for at, character in enumerate(word):
        if character in alike:
            yield word[:at] + alike[character] + word[at + 1 :]


def _positions(word: str, *, inner: bool) -> range:
    if len(word) <= 1:
        return range(0)
    return range(1, len(word) - 1) if inner else range(len(word))


def _pairs(word: str, *, inner: bool) -> range:
    return range(1, len(word) - 2) if inner else range(len(word) - 1)
