"""Gradients of a classifier's score: at a text, and along the path from a baseline to it.

Every point of a path is a row of its own, so that points of many texts share a batch and memory is
bounded as for any other rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import mul

from harness.adapters.transformers.answering import RefusedError
from harness.adapters.transformers.batching import run_in_batches
from harness.adapters.transformers.gradient_pass import Point, Slope, slopes
from harness.adapters.transformers.loaded import LoadedModel
from harness.adapters.transformers.placed_text import placed_text
from harness.adapters.transformers.token_flips import Vocabulary, Wanted
from harness.adapters.transformers.token_places import Place
from harness.core.request import Differentiate, Request
from harness.core.response import Failure, FailureKind, Response, Usage
from harness.core.token_gradients import Flip, TokenGradient, TokenGradients

_KEPT_ACTIVATIONS = 4
"""A backward pass needs every layer's activations: so many times fewer tokens share a batch."""
_BASELINES = ("pad_token", "mask_token", "unk_token")
"""In the order of preference."""


@dataclass(frozen=True, slots=True)
class GradientRow:
    """One point to differentiate at, and what is wanted to be known there."""

    point: Point
    flips: Wanted | None = None
    groups: tuple[tuple[int, ...], ...] = ()
    """Places of tokens to give one norm of the mean gradient of."""

    @property
    def n_tokens(self) -> int:
        """Tokens read."""
        return len(self.point.tokens)

    @property
    def is_text(self) -> bool:
        """Whether it is the text itself, and no point on the way to it."""
        return self.point.share == 1


@dataclass(frozen=True, slots=True)
class RowSlope:
    """A row's numbers, one per token where not said otherwise."""

    label: int
    score: float
    norms: tuple[float, ...]
    times_input: tuple[float, ...]
    times_difference: tuple[float, ...]
    """Gradient times difference of text and baseline: what is integrated."""
    group_norms: tuple[float, ...]
    """One per group."""
    flips: tuple[tuple[Flip, ...], ...]


@dataclass(frozen=True, slots=True)
class GradientQuestion:
    """A text's row, and those of its path: its points, and the baseline behind them."""

    rows: tuple[GradientRow, ...]
    pieces: tuple[str, ...]
    places: tuple[Place | None, ...]
    labels: tuple[str, ...]
    baseline: str

    def gather(self, results: Sequence[RowSlope]) -> Response:
        """Put the numbers of each token together."""
        text, n_steps = results[0], max(1, len(results) - 2)
        numbers = (each for result in results for each in (result.score, *result.norms))
        if not all(map(math.isfinite, numbers)):
            raise RefusedError(
                "the model returned no number; try another dtype", FailureKind.PROTOCOL
            )
        sums = _integrals(results[1:-1]) if len(results) > 1 else [None] * len(self.pieces)
        tokens = tuple(
            TokenGradient(
                text=piece,
                start=None if place is None else place[0],
                end=None if place is None else place[1],
                norm=text.norms[at],
                times_input=text.times_input[at],
                integrated=sums[at],
                flips=() if place is None or not text.flips else text.flips[at],
            )
            for at, (piece, place) in enumerate(zip(self.pieces, self.places, strict=True))
        )
        output = TokenGradients(
            label=self.labels[text.label],
            score=text.score,
            tokens=tokens,
            span_norms=text.group_norms,
            baseline=self.baseline,
            baseline_score=results[-1].score if len(results) > 1 else None,
            n_steps=n_steps,
        )
        read = sum(row.n_tokens for row in self.rows)
        return Response(output=output, usage=Usage(n_input_tokens=read, n_output_tokens=0))


class GradientResponder:
    """Answers ``Differentiate``."""

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
        read = placed_text(self._loaded, asked.text, is_cut=self._is_cut)
        tokens, places = read.tokens, read.places
        _check_sizes(asked, len(tokens))
        baseline, stand_in = self._baseline() if asked.n_steps > 1 else ("", 0)
        away = tuple(
            token if place is None or not baseline else stand_in
            for token, place in zip(tokens, places, strict=True)
        )
        at_text = GradientRow(
            Point(tokens, away, 1.0, self._label(asked.label)),
            Wanted(asked.n_flips, asked.min_similarity, asked.flip_seed) if asked.n_flips else None,
            tuple(_within(places, span) for span in asked.spans),
        )
        return GradientQuestion(
            (at_text, *_path(at_text.point, asked.n_steps)),
            read.pieces(self._loaded),
            places,
            self._labels,
            baseline,
        )

    def compute(
        self, rows: Sequence[GradientRow], max_batch_tokens: int
    ) -> Iterator[tuple[GradientRow, RowSlope | Failure]]:
        """Yield each row with its result: texts first, for they choose the label of a path."""
        budget = max(1, max_batch_tokens // _KEPT_ACTIVATIONS)
        chosen: dict[tuple[int, ...], int | Failure] = {}
        for row, result in run_in_batches(
            [row for row in rows if row.is_text], self.forward, budget
        ):
            if row.point.label is None:
                chosen[row.point.tokens] = result if isinstance(result, Failure) else result.label
            yield row, result
        waiting: dict[GradientRow, GradientRow] = {}
        for row in rows:
            if row.is_text:
                continue
            label = chosen[row.point.tokens] if row.point.label is None else row.point.label
            if isinstance(label, Failure):
                yield row, label
            else:
                waiting[row] = replace(row, point=replace(row.point, label=label))
        yield from self._on_the_way(waiting, budget)

    def forward(self, rows: Sequence[GradientRow]) -> list[RowSlope]:
        """Differentiate at each row's point."""
        found = slopes(self._loaded, [row.point for row in rows], is_exclusive=self._is_exclusive)
        return [self._told(row, slope) for row, slope in zip(rows, found, strict=True)]

    def _on_the_way(
        self, waiting: dict[GradientRow, GradientRow], budget: int
    ) -> Iterator[tuple[GradientRow, RowSlope | Failure]]:
        """Compute rows whose label is known by now, each once; yield those that asked for them."""
        asking: dict[GradientRow, list[GradientRow]] = {}
        for row, settled in waiting.items():
            asking.setdefault(settled, []).append(row)
        for settled, result in run_in_batches(list(asking), self.forward, budget):
            for row in asking[settled]:
                yield row, result

    def _told(self, row: GradientRow, slope: Slope) -> RowSlope:
        flips: Sequence[tuple[Flip, ...]] = ()
        if row.flips:
            flips = self._vocabulary.flips(
                row.point.tokens, slope.embeddings, slope.gradient, row.flips
            )
        return RowSlope(
            label=slope.label,
            score=slope.score,
            norms=tuple(slope.gradient.norm(dim=-1).tolist()),
            times_input=tuple((slope.gradient * slope.embeddings).sum(-1).tolist()),
            times_difference=tuple((slope.gradient * slope.difference).sum(-1).tolist()),
            group_norms=tuple(
                float(slope.gradient[list(group)].mean(0).abs().sum()) if group else 0.0
                for group in row.groups
            ),
            flips=tuple(flips),
        )

    def _label(self, label: str | None) -> int | None:
        if label is None:
            return None
        if label not in self._labels:
            known = ", ".join(self._labels)
            raise RefusedError(f"the model has no label {label!r}; it has {known}")
        return self._labels.index(label)

    def _baseline(self) -> tuple[str, int]:
        tokenizer = self._loaded.encoder.tokenizer
        for name in _BASELINES:
            token = getattr(tokenizer, name)
            if token is not None:
                return str(token), int(tokenizer.convert_tokens_to_ids(token))
        raise RefusedError("the tokenizer has no token of padding, mask or unknown to start from")


def _check_sizes(asked: Differentiate, n_tokens: int) -> None:
    if not n_tokens:
        raise RefusedError("the text is empty; there is nothing to differentiate by")
    if asked.n_steps < 1 or asked.n_flips < 0:
        raise RefusedError(f"{asked.n_steps} steps and {asked.n_flips} flips cannot be taken")


def _within(places: Sequence[Place | None], span: Place) -> tuple[int, ...]:
    """Return the tokens that have a character in common with a span."""
    return tuple(
        at
        for at, place in enumerate(places)
        if place is not None and place[0] < span[1] and span[0] < place[1]
    )


def _path(text: Point, n_steps: int) -> tuple[GradientRow, ...]:
    """Return the points of the quadrature, and the baseline; none where there is no path."""
    if n_steps == 1:
        return ()
    shares = (*(share for share, _ in _quadrature(n_steps)), 0.0)
    return tuple(GradientRow(replace(text, share=share)) for share in shares)


def _integrals(points: Sequence[RowSlope]) -> list[float | None]:
    weights = [weight for _, weight in _quadrature(len(points))]
    by_token = zip(*(point.times_difference for point in points), strict=True)
    return [math.fsum(map(mul, weights, values)) for values in by_token]


@lru_cache(maxsize=8)
def _quadrature(n_steps: int) -> tuple[tuple[float, float], ...]:
    """Return place and weight of each point of Gauss-Legendre quadrature on [0, 1]."""
    from numpy.polynomial.legendre import leggauss

    places, weights = leggauss(n_steps)
    return tuple(zip(((1 + places) / 2).tolist(), (weights / 2).tolist(), strict=True))
