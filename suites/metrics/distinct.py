"""Distinct-n: how varied the answers are, taken together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from harness.core.response import Generation, Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity
from harness.suites.metrics.tokenization import characters, words

_ORDERS = (1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Distinct:
    """Different n-grams over all n-grams of the whole set; it falls as the set grows."""

    name: ClassVar[str] = "distinct"
    quantities: ClassVar[tuple[Quantity, ...]] = tuple(
        Quantity(
            id=f"distinct_{order}",
            direction=Direction.HIGHER,
            definition=f"different {order}-grams / all {order}-grams over the whole set"
            " (Li et al. 2016); compare sets of equal size only",
        )
        for order in _ORDERS
    )

    by_character: bool = False
    """Count characters instead of words; words of scripts without spaces are characters anyway."""

    @property
    def signature(self) -> Mapping[str, str]:
        """The tokenizer."""
        return {"tok": "character" if self.by_character else "word"}

    def compute(self, samples: Sequence[Sample], outputs: Sequence[Output]) -> Mapping[str, float]:
        """Return both shares; an order of which there is no n-gram is left out."""
        del samples
        tokenize = characters if self.by_character else words
        texts = [tokenize(output.text) for output in outputs if isinstance(output, Generation)]
        shares = {}
        for order in _ORDERS:
            n_all = sum(max(0, len(tokens) - order + 1) for tokens in texts)
            if n_all:
                shares[f"distinct_{order}"] = _n_different(texts, order) / n_all
        return shares


def _n_different(texts: Sequence[Sequence[str]], order: int) -> int:
    seen: set[tuple[str, ...]] = set()
    for tokens in texts:
        seen.update(zip(*(tokens[start:] for start in range(order)), strict=False))
    return len(seen)
