"""One batch forward and backward: the gradient of each row's score in its input embeddings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from harness.adapters.transformers.forward import pad
from harness.adapters.transformers.loaded import LoadedModel
from harness.core.errors import AdapterError

Tokens = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A text, or a point between it and its baseline."""

    tokens: Tokens
    baseline: Tokens
    """The same number of tokens."""
    share: float
    """How far it is from the baseline: 1 is the text itself."""
    label: int | None
    """Whose score to take; None for the highest."""
    continuations: tuple[Tokens, ...] = ()
    """Of a model that continues the text: the tokens of each label."""

    @property
    def n_tokens(self) -> int:
        """Tokens read, in as many lines as there are continuations."""
        longest = max(map(len, self.continuations), default=1) - 1
        return max(1, len(self.continuations)) * (len(self.tokens) + longest)


@dataclass(frozen=True, slots=True)
class Slope:
    """What one row came to."""

    label: int
    score: float
    """Natural logarithm of the label's probability."""
    embeddings: torch.Tensor
    """(tokens, dimensions), of the text."""
    gradient: torch.Tensor
    """(tokens, dimensions), at the point."""
    difference: torch.Tensor
    """(tokens, dimensions), of the text's embeddings and the baseline's."""


def slopes(loaded: LoadedModel, points: Sequence[Point], *, is_exclusive: bool) -> list[Slope]:
    """Return the slope at each point, all of one forward and one backward pass.

    Args:
        loaded: a sequence classifier.
        points: at least one.
        is_exclusive: the labels exclude each other, so that their probabilities are a softmax.

    Raises:
        AdapterError: the model does not read a text through its input embeddings.
    """
    batch = pad([point.tokens for point in points], loaded.pad_id, loaded.device)
    away = pad([point.baseline for point in points], loaded.pad_id, loaded.device)
    layer = loaded.model.get_input_embeddings()
    with torch.no_grad():
        text, start = layer(batch.input_ids), layer(away.input_ids)
        at = between(start, text, [point.share for point in points])
    with torch.enable_grad():
        read = at.requires_grad_()
        logits = _logits(loaded.model, layer, read, batch.input_ids, batch.attention_mask)
        # In double precision a probability next to 1 still has a slope; MPS has none.
        logits = logits.cpu().double()
        logs = logits.log_softmax(-1) if is_exclusive else torch.nn.functional.logsigmoid(logits)
        best = logits.argmax(-1).tolist()
        labels = [
            top if point.label is None else point.label
            for point, top in zip(points, best, strict=True)
        ]
        scores = logs[torch.arange(len(points)), torch.tensor(labels)]
        (gradient,) = torch.autograd.grad(scores.sum(), read)
    values = scores.detach().tolist()
    return [
        Slope(
            label=labels[at],
            score=values[at],
            embeddings=text[at, : len(point.tokens)].float(),
            gradient=gradient[at, : len(point.tokens)].float(),
            difference=(text - start)[at, : len(point.tokens)].float(),
        )
        for at, point in enumerate(points)
    ]


def between(start: torch.Tensor, text: torch.Tensor, shares: Sequence[float]) -> torch.Tensor:
    """Return (rows, tokens, dimensions): each row so far on the way from ``start`` to ``text``."""
    ways = torch.tensor(shares, dtype=text.dtype).to(text.device)
    return start + ways[:, None, None] * (text - start)


def _logits(
    model: Any, layer: Any, read: torch.Tensor, ids: torch.Tensor, mask: torch.Tensor
) -> torch.Tensor:
    with in_place_of_embeddings(model, layer, read):
        logits: torch.Tensor = model(input_ids=ids, attention_mask=mask).logits
    return logits


@contextmanager
def in_place_of_embeddings(model: Any, layer: Any, read: torch.Tensor) -> Iterator[None]:
    """Let the model read other vectors than those of the ids, which it still sees as ids.

    Decoders look into the ids for the last token that is no padding.

    Raises:
        AdapterError: the model does not read a text through its input embeddings.
    """
    n_uses = 0

    def put_in(*_: Any) -> torch.Tensor:
        nonlocal n_uses
        n_uses += 1
        return read

    hook = layer.register_forward_hook(put_in)
    try:
        yield
    finally:
        hook.remove()
    if n_uses != 1:
        raise AdapterError(
            f"transformers: a {type(model).__name__} looks a text up {n_uses} times in its input"
            " embeddings, not once, so that it has no one gradient"
        )
