"""A score per label from a sequence classifier."""

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
from harness.core.request import Classify, Request
from harness.core.response import Classification, Failure, FailureKind, Response, Usage


@dataclass(frozen=True, slots=True)
class ClassifyingQuestion:
    """A request's one row."""

    rows: tuple[TextRow]
    labels: tuple[str, ...]
    is_exclusive: bool

    def gather(self, results: Sequence[tuple[float, ...]]) -> Response:
        """Name the scores."""
        if not all(map(math.isfinite, results[0])):
            raise RefusedError(
                "the model returned no number; try another dtype", FailureKind.PROTOCOL
            )
        return Response(
            output=Classification(
                labels=self.labels, scores=results[0], is_probability=self.is_exclusive
            ),
            usage=Usage(n_input_tokens=self.rows[0].n_tokens, n_output_tokens=0),
        )


class ClassifyingResponder:
    """Answers ``Classify``: softmax over labels, or a sigmoid each where labels may go together."""

    def __init__(self, loaded: LoadedModel, *, is_cut: bool) -> None:
        self._loaded = loaded
        self._is_cut = is_cut
        config = loaded.model.config
        self._labels = tuple(str(config.id2label[at]) for at in range(config.num_labels))
        self._is_exclusive = config.problem_type != "multi_label_classification"

    def read(self, request: Request) -> ClassifyingQuestion:
        """Tokenise."""
        asked = request.payload
        assert isinstance(asked, Classify)
        row = text_row(self._loaded, asked.text, is_cut=self._is_cut)
        return ClassifyingQuestion((row,), self._labels, self._is_exclusive)

    def compute(
        self, rows: Sequence[TextRow], max_batch_tokens: int
    ) -> Iterator[tuple[TextRow, tuple[float, ...] | Failure]]:
        """Yield each row with its result, batch after batch."""
        return run_in_batches(rows, self.forward, max_batch_tokens)

    def forward(self, rows: Sequence[TextRow]) -> list[tuple[float, ...]]:
        """Return the scores of each row, in the order of the labels."""
        loaded = self._loaded
        batch = pad([row.tokens for row in rows], loaded.pad_id, loaded.device)
        with torch.inference_mode():
            logits = loaded.model(
                input_ids=batch.input_ids, attention_mask=batch.attention_mask
            ).logits
        # In double precision the probabilities sum to 1 to the last digits; MPS has none.
        logits = logits.cpu().double()
        scores = logits.softmax(-1) if self._is_exclusive else logits.sigmoid()
        return [tuple(row) for row in scores.tolist()]
