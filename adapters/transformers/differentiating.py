"""Gradients of a classifier's score: at a text, and along the path from a baseline to it.

Every point of a path is a row of its own, so that points of many texts share a batch and memory is
bounded as for any other rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.adapters.transformers.answering import RefusedError
from harness.adapters.transformers.gradient_pass import Slope, slopes
from harness.adapters.transformers.gradient_questions import gradient_question
from harness.adapters.transformers.gradient_rows import (
    GradientQuestion,
    GradientRow,
    RowSlope,
    on_paths,
    row_slope,
)
from harness.adapters.transformers.loaded import LoadedModel
from harness.adapters.transformers.placed_text import placed_text
from harness.adapters.transformers.token_flips import Vocabulary
from harness.core.request import Differentiate, Request
from harness.core.response import Failure


class GradientResponder:
    """Answers ``Differentiate`` for a sequence classifier."""

    def __init__(self, loaded: LoadedModel, *, is_cut: bool) -> None:
        self._loaded = loaded
        self._is_cut = is_cut
        config = loaded.model.config
        self._labels = tuple(str(config.id2label[at]) for at in range(config.num_labels))
        self._is_exclusive = config.problem_type != "multi_label_classification"
        self._vocabulary = Vocabulary(loaded.encoder.tokenizer, loaded.model.get_input_embeddings())
        # Only gradients of the input are wanted; those of weights would cost memory and time.
        loaded.model.requires_grad_(requires_grad=False)

    def read(self, request: Request) -> GradientQuestion:
        """Tokenise, and find the tokens in the text."""
        asked = request.payload
        assert isinstance(asked, Differentiate)
        if asked.continuations:
            raise RefusedError("a classifier continues no text; ask for a label of its own")
        read = placed_text(self._loaded, asked.text, is_cut=self._is_cut)
        return gradient_question(self._loaded, asked, read, self._labels)

    def compute(
        self, rows: Sequence[GradientRow], max_batch_tokens: int
    ) -> Iterator[tuple[GradientRow, RowSlope | Failure]]:
        """Yield each row with its result, texts before the points of their paths."""
        return on_paths(rows, self.forward, max_batch_tokens)

    def forward(self, rows: Sequence[GradientRow]) -> list[RowSlope]:
        """Differentiate at each row's point."""
        found = slopes(self._loaded, [row.point for row in rows], is_exclusive=self._is_exclusive)
        return [self._told(row, slope) for row, slope in zip(rows, found, strict=True)]

    def _told(self, row: GradientRow, slope: Slope) -> RowSlope:
        if not row.flips:
            return row_slope(row, slope)
        flips = self._vocabulary.flips(
            row.point.tokens, slope.embeddings, slope.gradient, row.flips
        )
        return row_slope(row, slope, flips)
