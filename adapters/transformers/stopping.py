"""When each row of a batch is done: its own budget, end tokens and stop strings.

Before a row has the tokens that it must have, it cannot draw an end token, and stop strings that
end among them do not count, as in vLLM's ``min_tokens``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from transformers import StoppingCriteria

from harness.adapters.stop_strings import first_stop
from harness.adapters.transformers.generation_row import GenerationRow

_BYTES_PER_CHARACTER = 4


class RowEnd:
    """The rules that end one row."""

    def __init__(self, row: GenerationRow, tokenizer: Any, end_ids: frozenset[int]) -> None:
        self._row = row
        self._tokenizer = tokenizer
        self._ids = end_ids | special_stop_ids(row.stop, tokenizer)
        self._forbidden: torch.Tensor | None = None

    def forbid(self, logits: torch.Tensor, n_written: int) -> None:
        """Take out of the next token's logits, (vocabulary,), an end before its time."""
        if n_written >= self._row.min_new_tokens:
            return
        if self._forbidden is None:
            # A tokenizer may have tokens that were added after the model was made.
            ids = [token for token in self._ids if token < len(logits)]
            self._forbidden = torch.tensor(ids, dtype=torch.long, device=logits.device)
        logits.index_fill_(0, self._forbidden, -torch.inf)

    def is_reached(self, ids: list[int]) -> bool:
        """Tell, after each new token, whether it was the last; ``ids`` are all that are written."""
        if len(ids) >= self._row.max_new_tokens or ids[-1] in self._ids:
            return True
        if not self._row.stop or len(ids) < self._row.min_new_tokens:
            return False
        # A character takes at most four tokens, so the tail that a stop string can lie in is short.
        n_tail = _BYTES_PER_CHARACTER * (max(map(len, self._row.stop)) + 1)
        start = max(0, len(ids) - n_tail)
        tail = self._tokenizer.decode(ids[start:], skip_special_tokens=True)
        held = n_held(self._row, self._tokenizer, ids, start)
        return first_stop(tail, self._row.stop, held=held) is not None


class RowStops(StoppingCriteria):  # type: ignore[misc] # transformers is untyped here
    """Ends each row by its own rules and remembers where.

    Args:
        ends: the rules of each row, in the order of the batch.
    """

    def __init__(self, ends: Sequence[RowEnd]) -> None:
        self._ends = ends
        self._start: int | None = None
        self._n_kept: list[int | None] = [None] * len(ends)

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


def n_held(row: GenerationRow, tokenizer: Any, ids: Sequence[int], start: int = 0) -> int:
    """Return the characters, from token ``start`` on, in which no stop string may end."""
    held = ids[start : row.min_new_tokens - 1] if row.min_new_tokens > 1 else ()
    if not held:
        return 0
    settings = {"skip_special_tokens": True, "clean_up_tokenization_spaces": False}
    return len(tokenizer.decode(held, **settings))


def special_stop_ids(stops: Sequence[str], tokenizer: Any) -> frozenset[int]:
    """Return the ids of those stop strings that are special tokens, which decoding leaves out."""
    special = dict(zip(tokenizer.all_special_tokens, tokenizer.all_special_ids, strict=True))
    return frozenset(special[stop] for stop in stops if stop in special)
