"""Likelihoods from a prefix tree, against one plain forward pass per row; and what falls back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from fakes.tiny_decoders import N_TOKENS, SHAREABLE, SIZES, build, plain, shareable
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.adapters.transformers import TransformersAdapter
from harness.adapters.transformers.attention_kinds import UnshareableError, windows_of
from harness.adapters.transformers.batching import run_in_batches
from harness.adapters.transformers.prefix_sharing import find_sharing, sharing_windows
from harness.adapters.transformers.prefix_tree import Tokens, grow
from harness.adapters.transformers.scoring_row import Query, ScoringRow
from harness.adapters.transformers.shared_prefix_scoring import score_as_tree
from harness.adapters.transformers.token_scores import TokenScore
from harness.adapters.transformers.tree_reading import TreeReader, stretch_length
from harness.core.capability import Capability
from harness.core.request import LogLikelihood, RollingLogLikelihood
from harness.core.response import Failure, FailureKind, Response


def full_row(tokens: Tokens, targets: Sequence[int]) -> ScoringRow:
    """A row that asks for something at each of its positions."""
    return ScoringRow(tokens, (), tuple(Query(at, target) for at, target in enumerate(targets)))


def a_trie(seed: int, n_rows: int = 24, longest: int = 60) -> list[ScoringRow]:
    """Rows that start with one prompt, with one of a few documents, or with nothing shared."""
    rng = np.random.default_rng(seed)
    prompt = rng.integers(0, N_TOKENS, 20).tolist()
    documents = [prompt + rng.integers(0, N_TOKENS, n).tolist() for n in (3, 9, 14)]
    rows = []
    for at in range(n_rows):
        start = [documents[0], documents[1], documents[2], prompt[:7], []][at % 5]
        tokens = (*start, *rng.integers(0, N_TOKENS, 1 + at % 11).tolist())[:longest]
        rows.append(full_row(tokens, rng.integers(0, N_TOKENS, len(tokens)).tolist()))
    return list(dict.fromkeys(rows))


def assert_right(model: Any, row: ScoringRow, scores: Sequence[TokenScore] | Failure) -> None:
    assert not isinstance(scores, Failure)
    table = plain(model, row.tokens)
    for query, score in zip(row.queries, scores, strict=True):
        expected = float(table[query.position, query.target])
        assert score.log_probability == pytest.approx(expected, abs=1e-4)
        best = float(table[query.position].max())
        if abs(best - expected) > 1e-4 or score.is_first_choice:
            assert score.is_first_choice == (best - expected <= 1e-4)


@pytest.mark.parametrize("kind", SHAREABLE)
def test_a_tree_gives_what_single_passes_give(kind: str) -> None:
    model, windows = shareable(kind)
    rows = a_trie(seed=3)
    results = dict(score_as_tree(model, windows, rows, max_batch_tokens=64))
    assert results.keys() == set(rows)
    for row in rows:
        assert_right(model, row, results[row])


@pytest.mark.parametrize("kind", SHAREABLE)
def test_what_precedes_a_token_matters(kind: str) -> None:
    # Guards the comparisons above: with weights too small, a wrong mask would go unnoticed.
    model, windows = shareable(kind)
    lone = plain(model, (5, 6, 7, 8))[-1]
    assert float((plain(model, (5, 9, 7, 8))[-1] - lone).abs().max()) > 0.01
    if "full_attention" not in windows:
        return
    long = tuple(range(20, 33))
    assert float((plain(model, (7, *long))[-1] - plain(model, (8, *long))[-1]).abs().max()) > 1e-3


ROWS = st.lists(
    st.lists(st.integers(0, 3), min_size=1, max_size=14).map(tuple),
    min_size=1,
    max_size=8,
    unique=True,
)


@pytest.mark.parametrize(
    "kind", ["llama", "gpt2", "gemma2, soft caps and every other layer sliding"]
)
@settings(max_examples=25, deadline=None)
@given(rows=ROWS, cuts=st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_any_rows_cut_anywhere(kind: str, rows: list[Tokens], cuts: list[int]) -> None:
    model, windows = shareable(kind)
    tree = grow(rows, [range(len(row)) for row in rows])
    reader = TreeReader(model, windows, tree)
    tables: list[torch.Tensor] = []
    while not reader.is_done:
        stop = min(tree.n_nodes, reader.at + cuts[len(tables) % len(cuts)])
        tables.append(reader.read(stop, np.arange(reader.at, stop)))
    table = torch.cat(tables).double().log_softmax(-1)
    for row, place in zip(rows, tree.places, strict=True):
        assert torch.allclose(table[place], plain(model, row), atol=1e-4)


def test_each_distinct_token_goes_through_the_model_once() -> None:
    model, windows = shareable("llama")
    rows, seen = a_trie(seed=5), []
    hook = model.register_forward_pre_hook(
        lambda _model, _args, kwargs: seen.append(kwargs["input_ids"].numel()), with_kwargs=True
    )
    list(score_as_tree(model, windows, rows, max_batch_tokens=1))
    hook.remove()
    beginnings = {row.tokens[: n + 1] for row in rows for n in range(len(row.tokens))}
    assert sum(seen) == len(beginnings)
    assert max(seen) <= max(row.n_tokens for row in rows)


def test_no_more_is_remembered_than_the_longest_row_has() -> None:
    model, windows = shareable("llama")
    rows, held = a_trie(seed=6, n_rows=60), []
    hook = model.register_forward_pre_hook(
        lambda _model, _args, kwargs: held.append(kwargs["past_key_values"].get_seq_length()),
        with_kwargs=True,
    )
    list(score_as_tree(model, windows, rows, max_batch_tokens=1))
    hook.remove()
    assert len(held) > 5
    assert 0 < max(held) < max(row.n_tokens for row in rows)


class Memory:
    """Lets a model run out of memory, by tokens read and remembered together."""

    def __init__(self, model: Any, most: int) -> None:
        self.sizes: list[int] = []
        self._most = most
        self.hook = model.register_forward_pre_hook(self.check, with_kwargs=True)

    def check(self, _model: Any, _args: Any, kwargs: dict[str, Any]) -> None:
        size = kwargs["input_ids"].shape[1]
        self.sizes.append(size)
        if size + kwargs["past_key_values"].get_seq_length() > self._most:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried 9 bytes")


def test_running_out_of_memory_halves_a_stretch_and_changes_nothing() -> None:
    model, windows = shareable("llama")
    rows = a_trie(seed=7)
    expected = dict(score_as_tree(model, windows, rows, max_batch_tokens=64))
    memory = Memory(model, most=45)
    found = dict(score_as_tree(model, windows, rows, max_batch_tokens=64))
    memory.hook.remove()
    assert memory.sizes[:2] == [64, 32]
    for row, scores in found.items():
        assert [s.log_probability for s in scores] == pytest.approx(  # type: ignore[union-attr]
            [s.log_probability for s in expected[row]],  # type: ignore[union-attr]
            abs=1e-4,
        )


def test_rows_too_long_for_the_memory_fail_and_no_others() -> None:
    model, windows = shareable("gpt2")
    rows = a_trie(seed=8)
    memory = Memory(model, most=26)
    results = dict(score_as_tree(model, windows, rows, max_batch_tokens=64))
    memory.hook.remove()
    assert results.keys() == set(rows)
    assert 0 < sum(row.n_tokens > 26 for row in rows) < len(rows)
    for row in rows:
        scores = results[row]
        if row.n_tokens > 26:
            assert isinstance(scores, Failure)
            assert scores.kind is FailureKind.OUT_OF_MEMORY
        else:
            assert_right(model, row, scores)


def test_other_errors_are_not_taken_for_a_lack_of_memory() -> None:
    model, windows = shareable("llama")

    def fail(*_: Any) -> None:
        raise RuntimeError("device-side assert triggered")

    hook = model.register_forward_pre_hook(fail)
    with pytest.raises(RuntimeError, match="device-side"):
        list(score_as_tree(model, windows, a_trie(seed=1), 64))
    hook.remove()


def test_no_rows_are_no_work() -> None:
    model, windows = shareable("llama")
    assert list(score_as_tree(model, windows, [], 64)) == []


def test_a_stretch_grows_with_the_model() -> None:
    model, _ = shareable("llama")
    assert stretch_length(model) == 256
    with torch.device("meta"):
        wide = build("LlamaConfig", "sdpa", {**SIZES, "hidden_size": 4096})
    assert stretch_length(wide.to_empty(device="cpu")) == 2730


UNSHAREABLE: dict[str, tuple[str, str, dict[str, Any]]] = {
    "a state from token to token": ("MambaConfig", "eager", SIZES),
    "distances in place of positions": (
        "BloomConfig", "eager", {**SIZES, "num_key_value_heads": None}
    ),
    "windows of its own making": (
        "GPTNeoConfig",
        "eager",
        {
            **SIZES, "num_key_value_heads": None, "num_layers": 4,
            "attention_types": [[["global", "local"], 2]], "window_size": 4,
        },
    ),
    "chunks": ("Llama4TextConfig", "eager", {**SIZES, "head_dim": 8, "attention_chunk_size": 8}),
    "rotations that hang on the batch": (
        "LlamaConfig", "sdpa",
        {**SIZES, "rope_parameters": {"rope_type": "dynamic", "rope_theta": 1e4, "factor": 2.0}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", UNSHAREABLE)
def test_models_that_cannot_share_are_found_out(kind: str) -> None:
    model = build(*UNSHAREABLE[kind])
    sharing = find_sharing(model, TransformersAdapter(path="x"))
    assert sharing.windows is None
    assert sharing.reason
    assert sharing.setting.startswith("row by row (")


@pytest.mark.parametrize("kernel", ["flash_attention_2", "flex_attention"])
def test_kernels_that_take_no_mask_are_told(kernel: str) -> None:
    model = build(*SHAREABLE["llama"])
    model.config._attn_implementation_internal = kernel
    with pytest.raises(UnshareableError, match=kernel):
        windows_of(model)


def test_a_window_that_the_code_does_not_make_is_not_trusted() -> None:
    model = build(*SHAREABLE["gpt2"])
    model.config.sliding_window = 5
    with pytest.raises(UnshareableError, match="made by no mask"):
        windows_of(model)


def test_a_model_that_ignores_its_mask_is_found_out() -> None:
    model = build(*SHAREABLE["llama"])
    inner = model.model.forward
    model.model.forward = lambda *args, **kwargs: inner(*args, **{**kwargs, "attention_mask": None})
    with pytest.raises(UnshareableError, match="hidden by a mask"):
        sharing_windows(model)


@pytest.mark.parametrize(
    ("kind", "options", "told"),
    [
        ("llama", {}, "likelihoods:prefix tree"),
        ("gpt2", {"variant": "dynamic-int8"}, "likelihoods:prefix tree"),
        ("llama", {"share_prefixes": False}, "likelihoods:row by row (share_prefixes is false)"),
        (
            "llama",
            {"variant": "dynamic-int8-per-tensor"},
            "likelihoods:row by row (one scale would serve a whole tree)",
        ),
        ("t5", {}, "likelihoods:row by row (a seq2seq model does not read forward only)"),
        ("bert_masked", {}, "likelihoods:row by row (a masked model does not read forward only)"),
    ],
)
def test_the_identity_says_how_likelihoods_are_computed(
    kind: str, options: dict[str, Any], told: str, opened: Callable[..., Any]
) -> None:
    assert told in opened(kind, **options).session.identity.parts["settings"].split("|")


@pytest.mark.parametrize(
    ("kind", "options", "told"),
    [
        ("llama", {}, ()),
        ("llama", {"share_prefixes": False}, ()),
        ("bert_masked", {}, ()),
        (
            "llama",
            {"variant": "dynamic-int8-per-tensor"},
            ("since one scale would serve a whole tree",),
        ),
    ],
)
def test_row_by_row_is_told_where_prompts_might_be_shared(
    kind: str, options: dict[str, Any], told: tuple[str, ...], opened: Callable[..., Any]
) -> None:
    session = opened(kind, **options).session
    remarks = tuple(f"prompts are not shared, {why}; scoring is slower" for why in told)
    assert session.remarks(Capability.SCORES) == remarks
    assert session.remarks(Capability.GENERATES) == ()


def test_a_model_without_likelihoods_says_nothing_of_them(opened: Callable[..., Any]) -> None:
    assert "likelihoods" not in opened("bert_classifier").session.identity.parts["settings"]


@pytest.mark.parametrize("kind", ["llama", "gpt2", "gemma"])
def test_both_ways_give_the_same_answers(kind: str, opened: Callable[..., Any]) -> None:
    texts = ("Paris is the capital of", "It was", "The quick brown fox", "The quick brown dog")
    asked = [
        *(LogLikelihood(prompt=text, continuations=(" France", " it", "s", "x")) for text in texts),
        *(RollingLogLikelihood(text=text * 4) for text in texts),
        LogLikelihood(prompt="x" * 500, continuations=(" a",)),
        LogLikelihood(prompt="It was", continuations=("",)),
    ]
    one = opened(kind).answers(*asked)
    other = opened(kind, share_prefixes=False).answers(*asked)
    for tree, lone in zip(one, other, strict=True):
        assert type(tree) is type(lone)
        if isinstance(tree, Failure):
            assert tree == lone
            continue
        assert isinstance(tree, Response)
        assert isinstance(lone, Response)
        assert tree.output == approximately(lone.output)


def approximately(output: Any) -> Any:
    """Equal but for rounding."""

    class Nearly:
        def __eq__(self, found: object) -> bool:
            if type(found) is not type(output):
                return False
            if hasattr(output, "values"):
                return bool(found.values == pytest.approx(output.values, abs=1e-4))  # type: ignore[attr-defined]
            pairs = zip(found.scores, output.scores, strict=True)  # type: ignore[attr-defined]
            return all(
                a.log_likelihood == pytest.approx(b.log_likelihood, abs=1e-4)
                and (a.n_tokens, a.is_greedy) == (b.n_tokens, b.is_greedy)
                for a, b in pairs
            )

        __hash__ = None  # type: ignore[assignment] # for comparing only

    return Nearly()


def test_rows_in_batches_and_rows_as_a_tree_are_equals(opened: Callable[..., Any]) -> None:
    model = opened("llama")
    responder = next(iter(model.session._responders.values()))
    rows = a_trie(seed=11)
    one_by_one = dict(run_in_batches(rows, responder.forward, 200))
    for row, scores in responder.compute(rows, 200):
        assert not isinstance(scores, Failure)
        twin = one_by_one[row]
        assert not isinstance(twin, Failure)
        assert [s.log_probability for s in scores] == pytest.approx(
            [s.log_probability for s in twin], abs=1e-4
        )
