"""When each row of a batch is done: its own budget, end tokens and stop strings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from transformers import StoppingCriteria

from harness.adapters.transformers.generation_row import GenerationRow

_BYTES_PER_CHARACTER = 4


class RowEnd:
    """The rules that end one row."""

    def __init__(self, row: GenerationRow, tokenizer: Any, end_ids: frozenset[int]) -> None:
        self._row = row
        self._tokenizer = tokenizer
        self._ids = end_ids | special_stop_ids(row.stop, tokenizer)

    def is_reached(self, ids: list[int]) -> bool:
        """Tell, after each new token, whether it was the last; ``ids`` are all that are written."""
        if len(ids) >= self._row.max_new_tokens or ids[-1] in self._ids:
            return True
        if not self._row.stop:
            return False
        # A character takes at most four tokens, so the tail that a stop string can lie in is short.
        n_tail = _BYTES_PER_CHARACTER * (max(map(len, self._row.stop)) + 1)
        tail = self._tokenizer.decode(ids[-n_tail:], skip_special_tokens=True)
        return any(stop in tail for stop in self._row.stop if stop)


class RowStops(StoppingCriteria):  # type: ignore[misc] # transformers is untyped here
    """Ends each row by its own rules and remembers where.

    Args:
        rows: in the order of the batch.
        tokenizer: of transformers.
        end_ids: ids that end any row.
    """

    def __init__(
        self, rows: Sequence[GenerationRow], tokenizer: Any, end_ids: frozenset[int]
    ) -> None:
        self._ends = [RowEnd(row, tokenizer, end_ids) for row in rows]
        self._start: int | None = None
        self._n_kept: list[int | None] = [None] * len(rows)

    def __call__(self, input_ids: torch.Tensor, scores: Any, **_: Any) -> torch.Tensor:  # noqa: ARG002 - transformers' signature
        """Return, per row, whether it is done; called after each new token."""
        if self._start is None:
            self._start = input_ids.shape[1] - 1
        written = input_ids[:, self._start :].tolist()
        for at, ids in enumerate(written):
            if self._n_kept[at] is None and self._ends[at].is_reached(ids):
                self._n_kept[at] = len(ids)
        done = [n_kept is not None for n_kept in self._n_kept]
        return torch.tensor(done, dtype=torch.bool, device=input_ids.device)

    def kept(self, at: int, ids: torch.Tensor) -> list[int]:
        """Return the tokens that row ``at`` wrote before it was done, out of all ids."""
        written: list[int] = ids[at, self._start :].tolist()
        return written[: self._n_kept[at]]


def special_stop_ids(stops: Sequence[str], tokenizer: Any) -> frozenset[int]:
    """Return the ids of those stop strings that are special tokens, which decoding leaves out."""
    special = dict(zip(tokenizer.all_special_tokens, tokenizer.all_special_ids, strict=True))
    return frozenset(special[stop] for stop in stops if stop in special)
