"""A vector per text: the mean over its tokens, scaled to length 1.

This is what sentence-transformers does for its all-MiniLM models (Reimers and Gurevych 2019).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from harness.adapters.transformers.answering import RefusedError
from harness.adapters.transformers.batching import run_in_batches
from harness.adapters.transformers.forward import pad
from harness.adapters.transformers.loaded import LoadedModel
from harness.adapters.transformers.texts import TextRow, text_row
from harness.core.request import Embed, Request
from harness.core.response import Embedding, Failure, FailureKind, Response, Usage


@dataclass(frozen=True, slots=True)
class EmbeddingQuestion:
    """A request's one row."""

    rows: tuple[TextRow]

    def gather(self, results: Sequence[tuple[float, ...]]) -> Response:
        """Wrap up the vector."""
        if not all(map(math.isfinite, results[0])):
            raise RefusedError(
                "the model returned no number; try another dtype", FailureKind.PROTOCOL
            )
        return Response(
            output=Embedding(results[0]),
            usage=Usage(n_input_tokens=self.rows[0].n_tokens, n_output_tokens=0),
        )


class EmbeddingResponder:
    """Answers ``Embed``."""

    def __init__(self, loaded: LoadedModel, *, is_cut: bool) -> None:
        self._loaded = loaded
        self._is_cut = is_cut

    def read(self, request: Request) -> EmbeddingQuestion:
        """Tokenise."""
        asked = request.payload
        assert isinstance(asked, Embed)
        row = text_row(self._loaded, asked.text, is_cut=self._is_cut)
        if not row.tokens:
            raise RefusedError("the text is empty; it has no vector")
        return EmbeddingQuestion((row,))

    def compute(
        self, rows: Sequence[TextRow], max_batch_tokens: int
    ) -> Iterator[tuple[TextRow, tuple[float, ...] | Failure]]:
        """Yield each row with its result, batch after batch."""
        return run_in_batches(rows, self.forward, max_batch_tokens)

    def forward(self, rows: Sequence[TextRow]) -> list[tuple[float, ...]]:
        """Return the vector of each row, of Euclidean length 1."""
        loaded = self._loaded
        batch = pad([row.tokens for row in rows], loaded.pad_id, loaded.device)
        with torch.inference_mode():
            hidden = loaded.model(
                input_ids=batch.input_ids, attention_mask=batch.attention_mask
            ).last_hidden_state.float()
        weights = batch.attention_mask.unsqueeze(-1).float()
        mean = (hidden * weights).sum(1) / weights.sum(1)
        return [tuple(row) for row in torch.nn.functional.normalize(mean, dim=-1).tolist()]
