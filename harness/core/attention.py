"""Where the tokens of a text look when a model reads it.

Attention is what a layer does, and no claim about what the answer hangs on (Jain and Wallace 2019).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Grid: TypeAlias = tuple[tuple[float, ...], ...]
"""(m, m): in each row where one token looks. A row of a whole text sums to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionToken:
    """One token, and how much the model looks at it."""

    text: str
    """As the tokenizer writes it, its marks of word beginnings and continuations included."""
    start: int | None
    """Character of the text at which it begins; None for a token that the tokenizer has added."""
    end: int | None
    """Character behind its last."""
    last: float
    """Attention that the reading token pays it in the last layer, mean over heads; in [0, 1]."""
    rollout: float
    """Attention that the reading token pays it through all layers, in [0, 1]: the product over
    layers of half the mean over heads and half the identity (Abnar and Zuidema 2020)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionMap:
    """A map between tokens of a text."""

    layer: int | None
    """Counted from 1; None for the rollout through all layers."""
    rows: Grid
    """(m, m), mean over heads. Where the text has more than m tokens, rows sum to less than 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedTokens:
    """Maps between the first m tokens of a text."""

    tokens: tuple[str, ...]
    """(m,), as the tokenizer writes them."""
    n_left_out: int
    """Tokens behind them."""
    maps: tuple[AttentionMap, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionMaps:
    """Answer to ``Attend``."""

    tokens: tuple[AttentionToken, ...]
    """In the order in which the model reads them, added ones included. Each of the two kinds of
    attention sums to 1 over them."""
    reader: Literal["first", "last", "mean"]
    """The token from which the model reads what it says of the text, and whose attention is
    given; ``mean``: the mean over all."""
    n_layers: int
    """Of the model."""
    mapped: MappedTokens | None = None
    """Every layer's map and that of the rollout; None where none was asked for."""
