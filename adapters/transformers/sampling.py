"""Drawing tokens so that a row's draws depend on its own seed and on no other row."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import torch
from transformers import LogitsProcessor

from harness.adapters.transformers.generation_row import GenerationRow
from harness.adapters.transformers.stopping import RowEnd


class RowSampler(LogitsProcessor):  # type: ignore[misc] # transformers is untyped here
    """Leaves to greedy search nothing but the token that it drew, and no end before its time.

    The library's sampling draws for the whole batch from one generator, which ties an answer to
    its batch mates; its least length holds for the whole batch, too.

    Args:
        rows: in the order of the batch.
        ends: the rules of each row.
    """

    def __init__(self, rows: Sequence[GenerationRow], ends: Sequence[RowEnd]) -> None:
        self._rows = rows
        self._ends = ends
        self._generators = [random_stream(row.random_key) for row in rows]
        self._n_written = 0

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:  # noqa: ARG002 - transformers' signature
        """Return scores (rows, vocabulary) that are -inf but for the drawn tokens."""
        n_written = self._n_written
        self._n_written += 1
        if not any(row.temperature or row.min_new_tokens > n_written for row in self._rows):
            return scores
        chosen = scores.clone()
        for at, row in enumerate(self._rows):
            self._ends[at].forbid(chosen[at], n_written)
            if row.temperature:
                token = draw(chosen[at], row.temperature, row.top_p, self._generators[at])
                chosen[at] = -torch.inf
                chosen[at, token] = 0.0
        return chosen


def draw(logits: torch.Tensor, temperature: float, top_p: float, random: torch.Generator) -> int:
    """Draw one token by inverting the cumulative distribution at one uniform number.

    Args:
        logits: (vocabulary,).
        temperature: above 0.
        top_p: in (0, 1]; the draw is among the fewest likeliest tokens that reach this
            probability together (Holtzman et al. 2020).
        random: on the CPU, so that every device draws the same numbers.
    """
    scaled = logits.cpu().double() / temperature
    probabilities, tokens = torch.sort(scaled.softmax(-1), descending=True, stable=True)
    cumulative = probabilities.cumsum(-1)
    n_kept = int((cumulative - probabilities < top_p).sum().clamp(min=1))
    point = torch.rand((), generator=random, dtype=torch.float64) * cumulative[n_kept - 1]
    at = int(torch.searchsorted(cumulative[:n_kept], point, right=True).clamp(max=n_kept - 1))
    return int(tokens[at])


def random_stream(key: str) -> torch.Generator:
    """Return the stream of random numbers that a key names."""
    seed = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") >> 1
    return torch.Generator().manual_seed(seed)
