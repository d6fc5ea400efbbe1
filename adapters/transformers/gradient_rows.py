"""Rows to differentiate at: texts and the points on their paths; and what they come to together."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import mul
from typing import TypeAlias

from harness.adapters.transformers.answering import RefusedError
from harness.adapters.transformers.batching import run_in_batches
from harness.adapters.transformers.gradient_pass import Point, Slope
from harness.adapters.transformers.token_flips import Wanted
from harness.adapters.transformers.token_places import Place
from harness.core.response import Failure, FailureKind, Response, Usage
from harness.core.token_gradients import Flip, TokenGradient, TokenGradients

_KEPT_ACTIVATIONS = 4
"""A backward pass needs every layer's activations: so many times fewer tokens share a batch."""


@dataclass(frozen=True, slots=True)
class GradientRow:
    """One point to differentiate at, and what is wanted to be known there."""

    point: Point
    flips: Wanted | None = None
    groups: tuple[tuple[int, ...], ...] = ()
    """Places of tokens to give one norm of the mean gradient of."""

    @property
    def n_tokens(self) -> int:
        """Tokens read; those of all lines, where the point has a line for each continuation."""
        return self.point.n_tokens

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


def row_slope(row: GradientRow, slope: Slope, flips: Sequence[tuple[Flip, ...]] = ()) -> RowSlope:
    """Return a row's numbers."""
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


Forward: TypeAlias = Callable[[Sequence[GradientRow]], list[RowSlope]]
"""Differentiates at each row's point."""


def on_paths(
    rows: Sequence[GradientRow], forward: Forward, max_batch_tokens: int
) -> Iterator[tuple[GradientRow, RowSlope | Failure]]:
    """Yield each row with its result: texts first, for they choose the label of a path."""
    budget = max(1, max_batch_tokens // _KEPT_ACTIVATIONS)
    chosen: dict[Point, int | Failure] = {}
    for row, result in run_in_batches([row for row in rows if row.is_text], forward, budget):
        if row.point.label is None:
            chosen[row.point] = result if isinstance(result, Failure) else result.label
        yield row, result
    waiting: dict[GradientRow, GradientRow] = {}
    for row in rows:
        if row.is_text:
            continue
        asked = row.point.label
        label = chosen[replace(row.point, share=1.0)] if asked is None else asked
        if isinstance(label, Failure):
            yield row, label
        else:
            waiting[row] = replace(row, point=replace(row.point, label=label))
    yield from _on_the_way(waiting, forward, budget)


def _on_the_way(
    waiting: dict[GradientRow, GradientRow], forward: Forward, budget: int
) -> Iterator[tuple[GradientRow, RowSlope | Failure]]:
    """Compute rows whose label is known by now, each once; yield those that asked for them."""
    asking: dict[GradientRow, list[GradientRow]] = {}
    for row, settled in waiting.items():
        asking.setdefault(settled, []).append(row)
    for settled, result in run_in_batches(list(asking), forward, budget):
        for row in asking[settled]:
            yield row, result


def path_of(text: Point, n_steps: int) -> tuple[GradientRow, ...]:
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
