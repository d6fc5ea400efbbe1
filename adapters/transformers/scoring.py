"""Likelihoods: rows with the tokens asked about, one forward pass, probabilities where needed.

Three kinds of model differ only in how a request becomes rows (``ScoringReader``); what is
computed for a row, and how answers are put together, is the same for all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import torch

from harness.adapters.transformers.answering import RefusedError
from harness.adapters.transformers.forward import Grid, logits_at
from harness.adapters.transformers.loaded import LoadedModel
from harness.core.request import LogLikelihood, Request, RollingLogLikelihood
from harness.core.response import (
    ContinuationScore,
    FailureKind,
    LogLikelihoods,
    Response,
    TokenLogLikelihoods,
    Usage,
)

Tokens = tuple[int, ...]
_ROWS_PER_CHUNK = 256


class Query(NamedTuple):
    """How likely is ``target``, going by the model's output at ``position`` of a row?"""

    position: int
    target: int


@dataclass(frozen=True, slots=True)
class Span:
    """One row's part of the likelihood of one continuation."""

    tokens: Tokens
    """What the model reads; the decoder's input for an encoder-decoder model."""
    queries: tuple[Query, ...]
    source: Tokens = ()
    """The encoder's input; empty for other models."""


@dataclass(frozen=True, slots=True)
class ScoringRow:
    """One line of a batch, with everything that one request asks of it."""

    tokens: Tokens
    source: Tokens
    queries: tuple[Query, ...]

    @property
    def n_tokens(self) -> int:
        """Tokens read."""
        return len(self.tokens) + len(self.source)


class TokenScore(NamedTuple):
    """The answer to one query."""

    log_probability: float
    is_first_choice: bool


class ScoringReader(Protocol):
    """How a model's family turns a request into spans.

    Both return one sequence of spans per continuation (a text counts as one) and raise
    ``RefusedError`` for what cannot be asked.
    """

    def continuations(self, payload: LogLikelihood) -> list[list[Span]]:
        """Spans of each continuation."""
        ...

    def text(self, text: str) -> list[Span]:
        """Spans that ask for each token of a text once, in order."""
        ...


@dataclass(frozen=True, slots=True)
class ScoringQuestion:
    """A request's rows, and where in their results each continuation's tokens are."""

    rows: tuple[ScoringRow, ...]
    addresses: tuple[tuple[tuple[int, int], ...], ...]
    """(row, query) of each token of each continuation."""
    is_rolling: bool

    def gather(self, results: Sequence[Sequence[TokenScore]]) -> Response:
        """Sum up by continuation, or list by token."""
        scores = [[results[row][query] for row, query in spot] for spot in self.addresses]
        if not all(math.isfinite(token.log_probability) for each in scores for token in each):
            raise RefusedError(
                "the model returned no number (an overflow, usually); try another dtype",
                FailureKind.PROTOCOL,
            )
        usage = Usage(n_input_tokens=sum(row.n_tokens for row in self.rows), n_output_tokens=0)
        if self.is_rolling:
            values = tuple(token.log_probability for token in scores[0])
            return Response(output=TokenLogLikelihoods(values=values), usage=usage)
        return Response(output=LogLikelihoods(tuple(map(_summed, scores))), usage=usage)


class ScoringResponder:
    """Answers ``LogLikelihood`` and ``RollingLogLikelihood``."""

    def __init__(self, loaded: LoadedModel, reader: ScoringReader) -> None:
        self._loaded = loaded
        self._reader = reader

    def read(self, request: Request) -> ScoringQuestion:
        """Return the rows; continuations that need the same input share one."""
        payload = request.payload
        if isinstance(payload, RollingLogLikelihood):
            return question([self._reader.text(payload.text)], is_rolling=True)
        assert isinstance(payload, LogLikelihood)
        if not payload.continuations:
            raise RefusedError("no continuation was given")
        return question(self._reader.continuations(payload), is_rolling=False)

    def forward(self, rows: Sequence[ScoringRow]) -> list[list[TokenScore]]:
        """Return one score per query of each row."""
        spots = [sorted({query.position for query in row.queries}) for row in rows]
        grid = Grid(
            tokens=[row.tokens for row in rows],
            sources=[row.source for row in rows],
            positions=spots,
        )
        logits = logits_at(self._loaded, grid)
        line = {
            (row, position): at
            for at, (row, position) in enumerate(
                (row, position) for row, chosen in enumerate(spots) for position in chosen
            )
        }
        lines = [line[i, query.position] for i, row in enumerate(rows) for query in row.queries]
        targets = [query.target for row in rows for query in row.queries]
        scores = iter(_token_scores(logits, lines, targets))
        return [[next(scores) for _ in row.queries] for row in rows]


def question(continuations: Sequence[Sequence[Span]], *, is_rolling: bool) -> ScoringQuestion:
    """Merge spans with the same input into one row, equal queries into one."""
    queries: dict[tuple[Tokens, Tokens], dict[Query, int]] = {}
    index: dict[tuple[Tokens, Tokens], int] = {}
    addresses: list[tuple[tuple[int, int], ...]] = []
    for spans in continuations:
        spots: list[tuple[int, int]] = []
        for span in spans:
            key = (span.tokens, span.source)
            row = index.setdefault(key, len(index))
            known = queries.setdefault(key, {})
            spots += [(row, known.setdefault(query, len(known))) for query in span.queries]
        addresses.append(tuple(spots))
    rows = tuple(ScoringRow(*key, tuple(asked)) for key, asked in queries.items())
    return ScoringQuestion(rows, tuple(addresses), is_rolling)


def _token_scores(
    logits: torch.Tensor, lines: Sequence[int], targets: Sequence[int]
) -> list[TokenScore]:
    # A log-softmax would write a second table as large as the logits, in float32; the normaliser
    # of each line is all that is needed, and chunks bound the float32 copy that it takes.
    normaliser = torch.cat(
        [torch.logsumexp(chunk.float(), dim=-1) for chunk in logits.split(_ROWS_PER_CHUNK)]
    )
    line = torch.tensor(lines, device=logits.device)
    target = torch.tensor(targets, device=logits.device)
    values = logits[line, target].float() - normaliser[line]
    is_first = logits.argmax(dim=-1)[line] == target
    return [TokenScore(*pair) for pair in zip(values.tolist(), is_first.tolist(), strict=True)]


def _summed(tokens: Sequence[TokenScore]) -> ContinuationScore:
    total = math.fsum(token.log_probability for token in tokens)
    return ContinuationScore(
        # Rounding can leave a near-certain token a hair above 0.
        log_likelihood=min(0.0, total),
        n_tokens=len(tokens),
        is_greedy=all(token.is_first_choice for token in tokens),
    )
