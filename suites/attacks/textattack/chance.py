"""The global generators, put aside while TextAttack draws from its own.

TextAttack draws from ``random``, NumPy and PyTorch as it finds them. With states of its own for
each text, what a text comes to hangs on no other text, and nobody else's draws on TextAttack's.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch

_SEEDS = 32
"""Bits of a seed that all three take."""


@dataclass(slots=True)
class Chance:
    """The states of the three generators, for one text."""

    python: Any
    numpy: Any
    torch: torch.Tensor

    @classmethod
    def drawn(cls, rng: random.Random) -> Chance:
        """Return what seeding all three with one number drawn from ``rng`` would make of them."""
        import torch

        seed = rng.getrandbits(_SEEDS)
        return cls(
            python=random.Random(seed).getstate(),  # noqa: S311 - no secret
            numpy=np.random.RandomState(seed).get_state(),
            torch=torch.Generator().manual_seed(seed).get_state(),
        )

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Let the global generators go on from here within the block, and keep how far they got."""
        outside = _now()
        _set(self)
        try:
            yield
        finally:
            inside = _now()
            self.python, self.numpy, self.torch = inside.python, inside.numpy, inside.torch
            _set(outside)


def _now() -> Chance:
    import torch

    return Chance(
        python=random.getstate(),
        numpy=np.random.get_state(),  # noqa: NPY002 - TextAttack's own generator
        torch=torch.get_rng_state(),
    )


def _set(chance: Chance) -> None:
    import torch

    random.setstate(chance.python)
    np.random.set_state(chance.numpy)  # noqa: NPY002 - TextAttack's own generator
    torch.set_rng_state(chance.torch)
