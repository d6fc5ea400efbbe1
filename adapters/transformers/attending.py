"""Where a model looks: attention in the last layer, rolled out through all, and whole maps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch

from harness.adapters.transformers.answering import RefusedError
from harness.adapters.transformers.attention_pass import (
    attention_maps,
    bytes_per_row,
    rolled_out,
)
from harness.adapters.transformers.batching import run_in_batches
from harness.adapters.transformers.loaded import LoadedModel
from harness.adapters.transformers.placed_text import PlacedText, placed_prompt, placed_text
from harness.core.attention import AttentionMap, AttentionMaps, AttentionToken, Grid, MappedTokens
from harness.core.request import Attend, Request
from harness.core.response import Failure, FailureKind, Response, Usage

Reader = Literal["first", "last", "mean"]
_MAX_BYTES = 256 * 1024**2
"""All maps of a batch come to no more than this, unless one text alone does."""
_DIGITS = 4
"""A map is for looking at."""


@dataclass(frozen=True, slots=True)
class AttentionRow:
    """One text."""

    tokens: tuple[int, ...]
    n_mapped: int

    @property
    def n_tokens(self) -> int:
        """Tokens read."""
        return len(self.tokens)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one row came to; n tokens, of which m are mapped."""

    reader: Reader
    n_layers: int
    last: tuple[float, ...]
    """(n,)."""
    rollout: tuple[float, ...]
    """(n,)."""
    maps: tuple[Grid, ...]
    """(layers + 1) maps of (m, m), the rollout's being the last; empty where m is 0."""


@dataclass(frozen=True, slots=True)
class AttentionQuestion:
    """A text's row."""

    rows: tuple[AttentionRow]
    read: PlacedText
    pieces: tuple[str, ...]

    def gather(self, results: Sequence[Seen]) -> Response:
        """Put the numbers of each token together."""
        (seen,) = results
        tokens = tuple(
            AttentionToken(
                text=piece,
                start=None if place is None else place[0],
                end=None if place is None else place[1],
                last=last,
                rollout=rollout,
            )
            for piece, place, last, rollout in zip(
                self.pieces, self.read.places, seen.last, seen.rollout, strict=True
            )
        )
        output = AttentionMaps(
            tokens=tokens, reader=seen.reader, n_layers=seen.n_layers, mapped=self._mapped(seen)
        )
        n_read = self.rows[0].n_tokens
        return Response(output=output, usage=Usage(n_input_tokens=n_read, n_output_tokens=0))

    def _mapped(self, seen: Seen) -> MappedTokens | None:
        if not seen.maps:
            return None
        shown = self.pieces[: self.rows[0].n_mapped]
        layers = (*range(1, seen.n_layers + 1), None)
        return MappedTokens(
            tokens=shown,
            n_left_out=len(self.pieces) - len(shown),
            maps=tuple(
                AttentionMap(layer=layer, rows=rows)
                for layer, rows in zip(layers, seen.maps, strict=True)
            ),
        )


class AttentionResponder:
    """Answers ``Attend``.

    Args:
        loaded: a model whose layers look at tokens.
        is_cut: texts that are too long lose their end.
        is_continued: the model goes on with texts, and does not classify them.
    """

    def __init__(self, loaded: LoadedModel, *, is_cut: bool, is_continued: bool) -> None:
        self._loaded = loaded
        self._is_cut = is_cut
        self._is_continued = is_continued

    def read(self, request: Request) -> AttentionQuestion:
        """Tokenise, and find the tokens in the text."""
        asked = request.payload
        assert isinstance(asked, Attend)
        if asked.n_mapped < 0:
            raise RefusedError(f"{asked.n_mapped} tokens cannot be mapped")
        read = self._placed(asked.text)
        if not read.tokens:
            raise RefusedError("the text is empty; there is nothing to look at")
        return AttentionQuestion(
            (AttentionRow(read.tokens, asked.n_mapped),), read, read.pieces(self._loaded)
        )

    def _placed(self, text: str) -> PlacedText:
        if self._is_continued:
            return placed_prompt(self._loaded, text)
        return placed_text(self._loaded, text, is_cut=self._is_cut)

    def compute(
        self, rows: Sequence[AttentionRow], max_batch_tokens: int
    ) -> Iterator[tuple[AttentionRow, Seen | Failure]]:
        """Yield each row with its result; fewer share a batch than elsewhere, for maps are big."""
        longest = max((row.n_tokens for row in rows), default=1)
        fitting = max(1, _MAX_BYTES // bytes_per_row(self._loaded, longest)) * longest
        for row, result in run_in_batches(rows, self.forward, min(max_batch_tokens, fitting)):
            yield row, result if result is not None else self._blind()

    def forward(self, rows: Sequence[AttentionRow]) -> list[Seen] | list[None]:
        """Look at each row; None for a model that shows no maps."""
        maps = attention_maps(self._loaded, [row.tokens for row in rows])
        if maps is None:
            return [None] * len(rows)
        return [self._seen(row, layers) for row, layers in zip(rows, maps, strict=True)]

    def _seen(self, row: AttentionRow, layers: torch.Tensor) -> Seen:
        reader = _reader(self._loaded.model.config, layers)
        n_tokens, n_mapped = row.n_tokens, min(row.n_mapped, row.n_tokens)
        each = torch.eye(n_tokens, dtype=layers.dtype)
        at = {"first": each[:1], "last": each[-1:], "mean": each.mean(0, keepdim=True)}[reader]
        rollout = rolled_out(layers, torch.cat([at, each[:n_mapped]]))
        maps = [*layers[:, :n_mapped, :n_mapped], rollout[1:, :n_mapped]] if n_mapped else []
        return Seen(
            reader=reader,
            n_layers=len(layers),
            last=tuple((at @ layers[-1])[0].tolist()),
            rollout=tuple(rollout[0].tolist()),
            maps=tuple(_rounded(each) for each in maps),
        )

    def _blind(self) -> Failure:
        kind = type(self._loaded.model).__name__
        reason = f"a {kind} shows no attention between the tokens of a text"
        return Failure(kind=FailureKind.REJECTED, message=reason)


def _reader(config: Any, layers: torch.Tensor) -> Reader:
    """Tell from which token a classifier reads its answer."""
    stated = getattr(config, "classifier_pooling", None) or getattr(config, "summary_type", None)
    if stated in ("mean", "last"):
        return "mean" if stated == "mean" else "last"
    is_forward = layers.shape[-1] > 1 and not bool(layers.triu(1).any())
    return "last" if is_forward else "first"


def _rounded(rows: torch.Tensor) -> Grid:
    return tuple(tuple(round(value, _DIGITS) for value in row) for row in rows.tolist())
