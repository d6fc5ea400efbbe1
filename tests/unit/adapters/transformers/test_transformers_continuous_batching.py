"""Prompts continued together: rows leave when they are done, others take their room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from fakes.tiny_decoders import N_TOKENS, SHAREABLE, plain, shareable

from harness.adapters.transformers.decoding import RunningBatch
from harness.adapters.transformers.prompt_reading import PromptReader
from harness.core.request import Generate
from harness.core.response import Failure, FailureKind, Response

WORDS = ("Paris is the capital of", "It was", "The quick brown fox jumps over the lazy dog", "A")


def requests(n: int) -> list[Generate]:
    """Prompts and budgets of mixed length."""
    return [
        Generate(prompt=f"{WORDS[at % 4]} {at}", max_new_tokens=1 + 5 * at % 13) for at in range(n)
    ]


@pytest.mark.parametrize("kind", SHAREABLE)
def test_rows_that_come_and_go_do_not_touch_each_other(kind: str) -> None:
    model, windows = shareable(kind)
    rng = np.random.default_rng(2)
    texts = [rng.integers(0, N_TOKENS, n).tolist() for n in (9, 2, 14, 5, 1)]
    reader = PromptReader(model, windows, [tuple(text) for text in texts], 6)
    batch = RunningBatch(model, windows)
    running: list[int] = []
    # Who stays and how many join before each step, as numbers of texts.
    for staying, n_joining in (([], 2), ([0, 1], 1), ([1, 2], 0), ([2], 2), ([4], 0), ([], 0)):
        first = 0 if not running else max(running) + 1
        joining = list(range(first, first + n_joining))
        ways = reader.read(n_joining)[1] if joining else []
        order = batch.change([running.index(at) for at in staying], ways)
        running = [[*staying, *joining][at] for at in order]
        if not running:
            continue
        steps = rng.integers(0, N_TOKENS, len(running)).tolist()
        for at, token in zip(running, steps, strict=True):
            texts[at].append(token)
        for at, line in zip(running, batch.step(steps), strict=True):
            expected = plain(model, tuple(texts[at]))[-1]
            assert torch.allclose(line.double().log_softmax(-1), expected, atol=1e-4)


@pytest.mark.parametrize("kind", SHAREABLE)
def test_prompts_with_a_common_beginning_are_read_and_continued_as_if_alone(kind: str) -> None:
    model, windows = shareable(kind)
    rng = np.random.default_rng(3)
    shots, other = tuple(rng.integers(0, N_TOKENS, 20).tolist()), (1, 2, 3)
    prompts = [
        (*shots, 4, 5, 6),
        (*shots, 4, 5),
        (*shots, 4, 5),
        (*shots[:12], 7),
        shots[:12],
        other,
    ]
    for n_at_once, n_joining in ((5, 1), (7, 2), (99, 3), (99, 6)):
        reader = PromptReader(model, windows, prompts, n_at_once)
        batch = RunningBatch(model, windows)
        for first in range(0, len(prompts), n_joining):
            logits, ways = reader.read(n_joining)
            for prompt, line in zip(prompts[first:], logits, strict=False):
                expected = plain(model, prompt)[-1]
                assert torch.allclose(line.double().log_softmax(-1), expected, atol=1e-4)
            batch.change(range(first), ways)
        for prompt, line in zip(prompts, batch.step([8] * len(prompts)), strict=True):
            expected = plain(model, (*prompt, 8))[-1]
            assert torch.allclose(line.double().log_softmax(-1), expected, atol=1e-4)


@pytest.mark.parametrize("kind", ["llama", "gpt2", "gemma"])
def test_a_shared_prompt_goes_through_the_model_once(kind: str, opened: Callable[..., Any]) -> None:
    shots = "Paris is the capital of France, and Rome that of Italy. " * 2
    asked = [
        Generate(prompt=f"{shots}{word}", max_new_tokens=3, stop=stop)
        for word in ("It", "A model", "The lazy dog", "")
        for stop in ((), ("the",))
    ]
    model = opened(kind)
    alone = opened(kind, share_prefixes=False).answers(*asked)
    n_read: list[int] = []

    def count(_model: Any, _args: Any, kwargs: dict[str, Any]) -> None:
        if kwargs["input_ids"].shape[1] > 1:
            n_read.append(kwargs["input_ids"].shape[1])

    model.model.register_forward_pre_hook(count, with_kwargs=True)
    assert model.answers(*asked) == alone
    rows = [one.usage.n_input_tokens for one in alone]
    assert 0 < sum(n_read) < max(rows) + 8 * len(asked)


def test_a_done_row_makes_room_at_once(opened: Callable[..., Any]) -> None:
    asked = requests(9)
    longest = max(len(one.prompt) + one.max_new_tokens for one in asked)  # no fewer than in tokens
    model = opened("llama", max_batch_tokens=3 * longest)
    sizes = model.limit_batch(99)
    model.outputs(*asked)
    n_live = [size for size in sizes if size]
    n_forward_rows = sum(n_live)
    # Each token but the first of a row, which the prompts give, is the work of one row: none is
    # spent on a row that is done.
    assert n_forward_rows <= sum(one.max_new_tokens for one in asked)
    assert max(n_live) >= 3


@pytest.mark.parametrize("kind", ["llama", "gpt2", "gemma"])
@pytest.mark.parametrize("budget", [1, 90, 4096])
def test_both_ways_write_the_same(kind: str, budget: int, opened: Callable[..., Any]) -> None:
    asked = [
        *requests(7),
        Generate(prompt="x" * 500),
        Generate(prompt="It", max_new_tokens=9, temperature=1.0),
    ]
    together = opened(kind, max_batch_tokens=budget).answers(*asked)
    assert together == opened(kind, share_prefixes=False).answers(*asked)
    assert isinstance(together[-2], Failure)
    assert isinstance(together[-1], Response)


def test_running_out_of_memory_starts_rows_anew_in_a_smaller_batch(
    opened: Callable[..., Any],
) -> None:
    asked = requests(8)
    expected = opened("gpt2").answers(*asked)
    model = opened("gpt2")
    sizes = model.limit_batch(3)
    assert model.answers(*asked) == expected
    assert sizes[1] > 3
    assert max(sizes[-5:]) <= 3


def test_a_prompt_that_does_not_fit_alone_fails_alone(opened: Callable[..., Any]) -> None:
    model = opened("llama")

    def check(_model: Any, _args: Any, kwargs: dict[str, Any]) -> None:
        if kwargs["input_ids"].shape[1] > 8:
            raise torch.OutOfMemoryError("CUDA out of memory")

    model.model.register_forward_pre_hook(check, with_kwargs=True)
    failure, response = model.answers(
        Generate(prompt="word " * 10, max_new_tokens=2), Generate(prompt="It", max_new_tokens=2)
    )
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.OUT_OF_MEMORY
    assert isinstance(response, Response)
