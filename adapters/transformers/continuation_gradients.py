"""Gradients of how a model goes on with a text: by the tokens of the text.

What is scored is a continuation's share in the likelihood of all of them, as a suite reads a label
from a language model; of a single one, its likelihood. A line of a batch is a text with one
continuation; the gradients of a text's lines add up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from harness.adapters.transformers.answering import RefusedError
from harness.adapters.transformers.causal import CausalReader
from harness.adapters.transformers.forward import pad
from harness.adapters.transformers.gradient_pass import (
    Point,
    Slope,
    between,
    in_place_of_embeddings,
)
from harness.adapters.transformers.gradient_questions import gradient_question
from harness.adapters.transformers.gradient_rows import (
    GradientQuestion,
    GradientRow,
    RowSlope,
    on_paths,
    row_slope,
)
from harness.adapters.transformers.loaded import LoadedModel
from harness.adapters.transformers.output_layer import OnlyAt
from harness.adapters.transformers.placed_text import PlacedText
from harness.adapters.transformers.token_places import token_places
from harness.core.request import Differentiate, LogLikelihood, Request
from harness.core.response import Failure

Tokens = tuple[int, ...]


class ContinuationGradientResponder:
    """Answers ``Differentiate`` for a causal language model."""

    def __init__(self, loaded: LoadedModel) -> None:
        self._loaded = loaded
        self._reader = CausalReader(loaded)
        # Only gradients of the input are wanted; those of weights would cost memory and time.
        loaded.model.requires_grad_(requires_grad=False)

    def read(self, request: Request) -> GradientQuestion:
        """Tokenise as for likelihoods, and find the tokens in the text."""
        asked = request.payload
        assert isinstance(asked, Differentiate)
        if not asked.continuations:
            raise RefusedError("a language model has no labels; ask with continuations")
        if asked.n_flips:
            raise RefusedError("flips are named for classifiers alone")
        spans = self._reader.continuations(
            LogLikelihood(prompt=asked.text, continuations=asked.continuations)
        )
        scored = [span for (span,) in spans]
        n_read = {span.queries[0].position + 1 for span in scored}
        if len(n_read) > 1:
            raise RefusedError("the window cuts the text, another piece for each continuation")
        tokens = scored[0].tokens[: n_read.pop()]
        continuations = tuple(tuple(query.target for query in span.queries) for span in scored)
        read = PlacedText(tokens, self._places(asked.text, len(tokens)))
        return gradient_question(self._loaded, asked, read, asked.continuations, continuations)

    def compute(
        self, rows: Sequence[GradientRow], max_batch_tokens: int
    ) -> Iterator[tuple[GradientRow, RowSlope | Failure]]:
        """Yield each row with its result, texts before the points of their paths."""
        return on_paths(rows, self.forward, max_batch_tokens)

    def forward(self, rows: Sequence[GradientRow]) -> list[RowSlope]:
        """Differentiate at each row's point."""
        found = continuation_slopes(self._loaded, [row.point for row in rows])
        return [row_slope(row, slope) for row, slope in zip(rows, found, strict=True)]

    def _places(self, text: str, n_tokens: int) -> tuple[tuple[int, int] | None, ...]:
        """Return the place of each token that is left, where the window has cut the beginning."""
        own = token_places(self._loaded.encoder.tokenizer, text.rstrip())
        added: list[None] = [None] * max(0, n_tokens - len(own))
        return (*added, *own[max(0, len(own) - n_tokens) :])


@dataclass(frozen=True, slots=True)
class _Line:
    """A text with one continuation."""

    point: Point
    continuation: Tokens

    @property
    def tokens(self) -> Tokens:
        return (*self.point.tokens, *self.continuation[:-1])

    @property
    def baseline(self) -> Tokens:
        return (*self.point.baseline, *self.continuation[:-1])

    @property
    def places(self) -> range:
        """Where the continuation's tokens are predicted."""
        first = len(self.point.tokens) - 1
        return range(first, first + len(self.continuation))


def continuation_slopes(loaded: LoadedModel, points: Sequence[Point]) -> list[Slope]:
    """Return the slope at each point, all of one forward and one backward pass.

    Args:
        loaded: a causal language model.
        points: at least one, each with continuations.

    Raises:
        AdapterError: the model does not read a text through its input embeddings.
    """
    lines = [_Line(point, each) for point in points for each in point.continuations]
    batch = pad([line.tokens for line in lines], loaded.pad_id, loaded.device)
    away = pad([line.baseline for line in lines], loaded.pad_id, loaded.device)
    layer = loaded.model.get_input_embeddings()
    with torch.no_grad():
        text, start = layer(batch.input_ids), layer(away.input_ids)
        at = between(start, text, [line.point.share for line in lines])
    with torch.enable_grad():
        read = at.requires_grad_()
        likelihoods = _likelihoods(loaded, lines, read, batch.input_ids, batch.attention_mask)
        of_points = likelihoods.split([len(point.continuations) for point in points])
        scored = [_scored(point, each) for point, each in zip(points, of_points, strict=True)]
        (gradient,) = torch.autograd.grad(torch.stack([score for _, score in scored]).sum(), read)
    slopes, first = [], 0
    for point, (label, score) in zip(points, scored, strict=True):
        n_own, n_lines = len(point.tokens), len(point.continuations)
        slopes.append(
            Slope(
                label=label,
                score=score.item(),
                embeddings=text[first, :n_own].float(),
                gradient=gradient[first : first + n_lines, :n_own].float().sum(0),
                difference=(text - start)[first, :n_own].float(),
            )
        )
        first += n_lines
    return slopes


def _scored(point: Point, likelihoods: torch.Tensor) -> tuple[int, torch.Tensor]:
    label = int(likelihoods.argmax()) if point.label is None else point.label
    shares = likelihoods.log_softmax(-1) if len(likelihoods) > 1 else likelihoods
    return label, shares[label]


def _likelihoods(
    loaded: LoadedModel,
    lines: Sequence[_Line],
    read: torch.Tensor,
    ids: torch.Tensor,
    mask: torch.Tensor,
) -> torch.Tensor:
    """Return (lines,): the log-likelihood of each line's continuation."""
    model, width = loaded.model, ids.shape[1]
    flat = [row * width + place for row, line in enumerate(lines) for place in line.places]
    wanted = torch.tensor(flat, device=loaded.device)
    targets = torch.tensor([token for line in lines for token in line.continuation])
    only = OnlyAt(model.get_output_embeddings(), (len(lines), width), wanted)
    embeddings = in_place_of_embeddings(model, model.get_input_embeddings(), read)
    with only, embeddings:
        logits = model(input_ids=ids, attention_mask=mask, use_cache=False).logits
    logits = logits.reshape(-1, logits.shape[-1])
    logits = logits if only.was_applied else logits[wanted]
    # In double precision a probability next to 1 still has a slope; MPS has none.
    logs = logits.cpu().double().log_softmax(-1).gather(1, targets[:, None])[:, 0]
    return torch.stack([each.sum() for each in logs.split([len(e.continuation) for e in lines])])
