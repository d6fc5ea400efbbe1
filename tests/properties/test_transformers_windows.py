"""Windows and batches of the transformers adapter, for any text, window, rows and budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch")

from harness.adapters.transformers.batching import run_in_batches
from harness.adapters.transformers.windows import chunks, rolling_windows
from harness.core.response import Failure, FailureKind

PREFIX = -1
TEXTS = st.integers(0, 60).map(lambda n: tuple(range(n)))


@dataclass(frozen=True)
class Line:
    name: int
    n_tokens: int


LINES = st.lists(st.integers(0, 40)).map(
    lambda lengths: [Line(at, length) for at, length in enumerate(lengths)]
)


@given(tokens=TEXTS, length=st.integers(1, 70))
def test_each_token_is_a_target_once_and_in_order(tokens: tuple[int, ...], length: int) -> None:
    windows = list(rolling_windows(tokens, PREFIX, length))
    assert tuple(token for window in windows for token in window.targets) == tokens


@given(tokens=TEXTS, length=st.integers(1, 70))
def test_a_window_is_a_stretch_of_the_text_no_longer_than_the_model_reads(
    tokens: tuple[int, ...], length: int
) -> None:
    given_text = (PREFIX, *tokens)
    for window in rolling_windows(tokens, PREFIX, length):
        assert window.context
        assert window.targets
        inputs = (*window.context, *window.targets[:-1])
        assert len(inputs) <= length
        begin = given_text.index(inputs[0])
        assert given_text[begin : begin + len(inputs) + 1] == (*inputs, window.targets[-1])


@given(tokens=TEXTS, length=st.integers(1, 70))
def test_every_window_but_a_short_texts_only_one_is_full(
    tokens: tuple[int, ...], length: int
) -> None:
    windows = list(rolling_windows(tokens, PREFIX, length))
    sizes = [len(window.context) + len(window.targets) - 1 for window in windows]
    assert all(size == min(length, len(tokens)) for size in sizes)


@given(tokens=TEXTS, length=st.integers(1, 70))
def test_chunks_are_the_text_cut(tokens: tuple[int, ...], length: int) -> None:
    pieces = list(chunks(tokens, length))
    assert tuple(token for piece in pieces for token in piece) == tokens
    assert all(len(piece) == length for piece in pieces[:-1])


@given(rows=LINES, budget=st.integers(1, 200))
def test_every_row_is_computed_once_within_the_budget(rows: list[Line], budget: int) -> None:
    batches: list[list[Line]] = []

    def forward(batch: Sequence[Line]) -> list[int]:
        batches.append(list(batch))
        return [row.name for row in batch]

    results = list(run_in_batches(rows, forward, budget))
    assert sorted(row.name for row, _ in results) == [row.name for row in rows]
    assert all(result == row.name for row, result in results)
    for batch in batches:
        longest = max(row.n_tokens for row in batch)
        assert len(batch) == 1 or len(batch) * longest <= budget or longest == 0
    lengths = [row.n_tokens for batch in batches for row in batch]
    assert lengths == sorted(lengths, reverse=True)


@given(rows=LINES, budget=st.integers(1, 200), most=st.integers(0, 100))
def test_memory_decides_which_rows_fail_and_nothing_else(
    rows: list[Line], budget: int, most: int
) -> None:
    def forward(batch: Sequence[Line]) -> list[int]:
        if len(batch) * max(row.n_tokens for row in batch) > most:
            raise MemoryError
        return [row.name for row in batch]

    for row, result in run_in_batches(rows, forward, budget):
        if row.n_tokens > most:
            assert isinstance(result, Failure)
            assert result.kind is FailureKind.OUT_OF_MEMORY
        else:
            assert result == row.name


def test_other_errors_are_not_taken_for_a_lack_of_memory() -> None:
    def forward(_batch: Sequence[Line]) -> list[int]:
        raise RuntimeError("device-side assert triggered")

    with pytest.raises(RuntimeError, match="device-side"):
        list(run_in_batches([Line(0, 1)], forward, 10))
