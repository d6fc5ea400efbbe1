"""Which token to put in place of another, by a first-order estimate (Ebrahimi et al. 2018)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch

from harness.core.token_gradients import Flip

_AT_ONCE = 64
"""Tokens whose estimates over the whole vocabulary are held at one time."""
_SMALLEST = 1e-12
"""Length of a vector that counts as 0."""
_CONTINUES, _BEGINS = "##", ("\u0120", "\u2581")
"""Marks of WordPiece, of byte-level BPE and of SentencePiece."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which replacements to name."""

    n_most: int
    """Of one token."""
    min_similarity: float
    """Least cosine of both embeddings."""
    seed: int | None = None
    """Of the draw of some; None for the best."""


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Tokens of one kind that may take each other's place."""

    ids: torch.Tensor
    texts: tuple[str, ...]
    vectors: torch.Tensor
    """(candidates, dimensions)."""
    lengths: torch.Tensor
    """(candidates,), of the vectors."""


class Vocabulary:
    """The words and word parts that a model reads as one token.

    Tokens that begin a word take the place only of such, and those that continue one of theirs;
    all are of letters alone.

    Args:
        tokenizer: of transformers.
        layer: the model's input embeddings.
    """

    def __init__(self, tokenizer: Any, layer: Any) -> None:
        self._tokenizer = tokenizer
        self._layer = layer

    def flips(
        self,
        tokens: tuple[int, ...],
        embeddings: torch.Tensor,
        gradient: torch.Tensor,
        wanted: Wanted,
    ) -> list[tuple[Flip, ...]]:
        """Return the replacements of each token, none for one that is no word or part of one.

        Args:
            tokens: of the text, special ones included.
            embeddings: (tokens, dimensions).
            gradient: (tokens, dimensions), of the score to be lowered.
            wanted: which of them.
        """
        found: list[tuple[Flip, ...]] = [()] * len(tokens)
        chance = None if wanted.seed is None else torch.Generator().manual_seed(wanted.seed)
        for kind in (True, False):
            candidates = self._by_kind[kind]
            places = [at for at, token in enumerate(tokens) if self._kinds.get(token) is kind]
            for first in range(0, len(places) if len(candidates.ids) else 0, _AT_ONCE):
                chosen = places[first : first + _AT_ONCE]
                own = torch.tensor([tokens[at] for at in chosen], device=embeddings.device)
                changes = _Changes(candidates, own, embeddings[chosen], gradient[chosen])
                rows = changes.ranked(wanted, chance)
                for at, flips in zip(chosen, rows, strict=True):
                    found[at] = flips
        return found

    @cached_property
    def _pieces(self) -> dict[int, tuple[str, bool]]:
        """Return the text of each token of letters, and whether it begins a word."""
        special = set(self._tokenizer.all_special_ids)
        known = {token: piece for piece, token in self._tokenizer.get_vocab().items()}
        has_beginnings = any(piece.startswith(_BEGINS) for piece in known.values())
        n_rows = self._layer.weight.shape[0]
        read = {}
        for token, piece in sorted(known.items()):
            begins = (
                piece.startswith(_BEGINS) if has_beginnings else not piece.startswith(_CONTINUES)
            )
            bare = piece if has_beginnings or begins else piece[2:]
            text = self._tokenizer.convert_tokens_to_string([bare]).strip()
            if token not in special and token < n_rows and text.isalpha():
                read[token] = (text, begins)
        return read

    @cached_property
    def _kinds(self) -> dict[int, bool]:
        return {token: begins for token, (_, begins) in self._pieces.items()}

    @cached_property
    def _by_kind(self) -> dict[bool, _Candidates]:
        return {kind: self._candidates(begins=kind) for kind in (True, False)}

    def _candidates(self, *, begins: bool) -> _Candidates:
        chosen = [token for token, kind in self._kinds.items() if kind is begins]
        ids = torch.tensor(chosen, dtype=torch.long, device=self._layer.weight.device)
        with torch.no_grad():
            vectors = self._layer(ids).float()
        texts = tuple(self._pieces[token][0] for token in chosen)
        return _Candidates(ids, texts, vectors, vectors.norm(dim=-1).clamp_min(_SMALLEST))


@dataclass(frozen=True, slots=True)
class _Changes:
    """All that could be put in place of some tokens."""

    candidates: _Candidates
    own: torch.Tensor
    """(tokens,), their ids."""
    embeddings: torch.Tensor
    """(tokens, dimensions)."""
    gradient: torch.Tensor
    """(tokens, dimensions)."""

    def ranked(self, wanted: Wanted, chance: torch.Generator | None) -> list[tuple[Flip, ...]]:
        """Return those with the lowest estimate, or drawn ones, of each token."""
        candidates = self.candidates
        old = (self.gradient * self.embeddings).sum(-1, keepdim=True)
        estimates = self.gradient @ candidates.vectors.T - old
        unit = torch.nn.functional.normalize(self.embeddings, dim=-1)
        similarities = unit @ candidates.vectors.T / candidates.lengths
        is_own = candidates.ids[None, :] == self.own[:, None]
        keys = estimates
        if chance is not None:
            keys = torch.rand(estimates.shape, generator=chance).to(estimates.device)
        keys = keys.masked_fill(is_own | (similarities < wanted.min_similarity), torch.inf)
        least, order = keys.topk(min(wanted.n_most, len(candidates.ids)), largest=False)
        columns = (least, order, estimates.gather(1, order), similarities.gather(1, order))
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return [self._flips(*row) for row in rows]

    def _flips(
        self, keys: list[float], order: list[int], estimates: list[float], cosines: list[float]
    ) -> tuple[Flip, ...]:
        return tuple(
            Flip(text=self.candidates.texts[at], estimate=estimate, similarity=cosine)
            for key, at, estimate, cosine in zip(keys, order, estimates, cosines, strict=True)
            if key < math.inf
        )
