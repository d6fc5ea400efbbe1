"""Key-value retrieval (Liu et al. 2023): find a key's value in a JSON object of random keys."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass

from harness.suites.position.context import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyValues:
    """Objects of random 128-bit keys and values, drawn with the seed."""

    n: int
    """So many objects of each size."""
    n_rivals: int
    seed: int

    @property
    def prompt(self) -> str:
        """Ask for a value."""
        return (
            "This JSON object maps keys to values.\n\n{context}\n\n"
            'Which value belongs to the key "{question}"? Answer with that value and nothing else.'
            "\nValue:"
        )

    @property
    def noun(self) -> str:
        """What an object is made of."""
        return "keys"

    @property
    def n_contexts(self) -> int:
        """How many objects there are of each size."""
        return self.n

    def contexts(self, size: int) -> tuple[Context, ...]:
        """Return the objects of one size; each is drawn by itself, whatever their number."""
        return tuple(self._context(size, number) for number in range(1, self.n + 1))

    def joined(self, items: tuple[str, ...]) -> str:
        """Return the object, a pair on each line."""
        return "{" + ",\n ".join(items) + "}"

    def _context(self, size: int, number: int) -> Context:
        rng = random.Random(f"{self.seed}/{size}/{number}")  # noqa: S311 - no secret
        (key, value), *others = [(_random_id(rng), _random_id(rng)) for _ in range(size)]
        rivals = rng.sample([each for _, each in others], min(self.n_rivals, size - 1))
        name = f"{size} keys, {number}"
        return Context(
            id=name,
            cluster=name,
            evidence=_pair(key, value),
            others=tuple(_pair(*each) for each in others),
            question=key,
            answers=(value,),
            rivals=tuple(rivals),
        )


def _random_id(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def _pair(key: str, value: str) -> str:
    return f'"{key}": "{value}"'
