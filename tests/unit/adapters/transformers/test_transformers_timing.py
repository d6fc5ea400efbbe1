"""Generation under a load: the tokens of plain answers, and a time for each of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import pytest
import torch

from harness.adapters.transformers.timed_generation import Timed, time_requests
from harness.core.abilities import TimedSession
from harness.core.arrival import Arrival
from harness.core.errors import AdapterError, ConfigError
from harness.core.load import Tier
from harness.core.request import Classify, Generate, Request
from harness.core.response import FailureKind, Response
from harness.core.trace import Trace

WORDS = ("Paris is the capital of", "It was", "The quick brown fox jumps over the lazy dog", "A")
TOGETHER, ALONE = {"share_prefixes": True}, {"share_prefixes": False}
WAYS = [("llama", TOGETHER), ("gpt2", ALONE), ("t5", ALONE)]
MS = 1_000_000


def asked(n: int, **more: Any) -> list[Request]:
    return [
        Request(
            f"r{at}",
            Generate(prompt=f"{WORDS[at % 4]} {at}", max_new_tokens=1 + 5 * at % 13, **more),
        )
        for at in range(n)
    ]


def timed(
    model: Any, requests: Sequence[Request], concurrency: int | None, budget: int | None = None
) -> list[Timed]:
    """What the session does, with the ids of the answers, which a trace leaves out."""
    session = model.session
    responder = session._responders["generates"]
    arrivals = [Arrival(request) for request in requests]
    return list(
        time_requests(session._loaded, responder, arrivals, concurrency=concurrency, budget=budget)
    )


def traces(model: Any, arrivals: Sequence[Arrival], concurrency: int | None) -> dict[str, Trace]:
    pairs = list(model.session.time(arrivals, concurrency=concurrency))
    assert sorted(request.id for request, _ in pairs) == sorted(a.request.id for a in arrivals)
    return {request.id: trace for request, trace in pairs}


def check(trace: Trace, n_tokens: int) -> None:
    moments = (0, trace.sent_ns, *trace.chunk_ns)
    assert all(one <= other for one, other in pairwise(moments))
    assert all(one < other for one, other in pairwise(trace.chunk_ns))
    assert trace.ended_ns == trace.chunk_ns[-1]
    assert trace.n_output_tokens == len(trace.chunk_ns) == n_tokens
    assert trace.chunk_tokens == (1,) * n_tokens
    assert trace.chunk_channels == "c" * n_tokens
    assert trace.counted_by == "ids"
    assert trace.prefill_ns is not None
    assert 0 < trace.prefill_ns <= trace.chunk_ns[0] - trace.sent_ns
    assert trace.failure is None


@pytest.mark.parametrize("warmth", [0.0, 1.0])
@pytest.mark.parametrize("concurrency", [1, 3, None])
@pytest.mark.parametrize(("kind", "options"), WAYS)
def test_timed_answers_are_the_plain_ones(
    kind: str,
    options: dict[str, Any],
    concurrency: int | None,
    warmth: float,
    opened: Callable[..., Any],
) -> None:
    model = opened(kind, **options)
    requests = asked(7, temperature=warmth)
    plain = {exchange.request.id: exchange.answer for exchange in model.session.respond(requests)}
    responder = model.session._responders["generates"]
    for request, trace, ids in timed(model, requests, concurrency):
        answer = plain[request.id]
        assert isinstance(answer, Response)
        row = responder.read(request).rows[0]
        written = responder._written(row, ids)
        assert written.text == answer.output.text  # type: ignore[union-attr]
        assert trace.finish_reason == answer.output.finish_reason  # type: ignore[union-attr]
        assert answer.usage is not None
        assert trace.n_input_tokens == answer.usage.n_input_tokens
        check(trace, answer.usage.n_output_tokens or 0)


def test_a_row_that_ends_hands_its_place_on(opened: Callable[..., Any]) -> None:
    model = opened("llama")
    sizes = model.limit_batch(2)
    lengths = (3, 9, 2, 4)
    requests = [
        Request(f"r{at}", Generate(prompt="It was", max_new_tokens=n, min_new_tokens=n))
        for at, n in enumerate(lengths)
    ]
    found = traces(model, [Arrival(request) for request in requests], concurrency=2)
    for request, n_tokens in zip(requests, lengths, strict=True):
        check(found[request.id], n_tokens)
    assert max(sizes) == 2
    # r2 enters when r0 is done, r3 when r2 is, and r1 goes on all the while.
    assert found["r0"].ended_ns <= found["r2"].sent_ns < found["r2"].ended_ns
    assert found["r2"].ended_ns <= found["r3"].sent_ns < found["r1"].ended_ns
    # Nothing is computed twice; prompts that join at one step are read in one pass.
    assert sum(sizes) <= sum(lengths)


def test_batches_of_other_models_follow_each_other(opened: Callable[..., Any]) -> None:
    found = traces(opened("t5"), [Arrival(request) for request in asked(5)], concurrency=2)
    starts = sorted(trace.sent_ns for trace in found.values())
    assert len(set(starts)) == 3
    ends = [max(found[f"r{at}"].ended_ns for at in pair) for pair in ((0, 1), (2, 3))]
    assert ends[0] <= starts[2] <= ends[1] <= starts[4]


def test_requests_enter_when_they_are_due(opened: Callable[..., Any]) -> None:
    due = [0, 0, 30 * MS, 60 * MS]
    arrivals = [Arrival(request, due_ns) for request, due_ns in zip(asked(4), due, strict=True)]
    for kind in ("llama", "t5"):
        found = traces(opened(kind), arrivals, concurrency=None)
        for arrival in arrivals:
            trace = found[arrival.request.id]
            assert trace.due_ns == arrival.due_ns
            assert trace.sent_ns >= trace.due_ns  # type: ignore[operator] # it is no closed loop
            check(trace, trace.n_output_tokens or 0)


def test_what_the_batch_has_no_room_for_waits_in_an_open_loop(opened: Callable[..., Any]) -> None:
    model = opened("llama", max_batch_tokens=1)
    sizes = model.limit_batch(99)
    arrivals = [Arrival(request, 0) for request in asked(4)]
    found = traces(model, arrivals, concurrency=None)
    assert set(sizes) == {1}
    spans = sorted((trace.chunk_ns[0], trace.ended_ns) for trace in found.values())
    assert all(one[1] < other[0] for one, other in pairwise(spans))


def test_a_bound_holds_due_requests_back(opened: Callable[..., Any]) -> None:
    arrivals = [Arrival(request, 0) for request in asked(6)]
    model = opened("llama")
    sizes = model.limit_batch(99)
    found = traces(model, arrivals, concurrency=2)
    assert max(sizes) == 2
    changes = sorted(
        change for trace in found.values() for change in ((trace.sent_ns, 1), (trace.ended_ns, -1))
    )
    under_way = [sum(step for _, step in changes[: at + 1]) for at in range(len(changes))]
    assert max(under_way) == 2


def test_a_refused_request_is_a_trace_with_its_failure(opened: Callable[..., Any]) -> None:
    requests = [*asked(2), Request("long", Generate(prompt="x" * 500)), *asked(4)[2:]]
    found = traces(opened("llama"), [Arrival(request) for request in requests], concurrency=1)
    failed = found["long"]
    assert failed.failure is not None
    assert failed.failure.kind is FailureKind.TOO_LONG
    assert failed.sent_ns <= failed.ended_ns
    assert failed.n_output_tokens is None
    assert all(trace.failure is None for name, trace in found.items() if name != "long")


@pytest.mark.parametrize("kind", ["llama", "t5"])
def test_out_of_memory_costs_those_that_ran_and_nothing_is_sent_twice(
    kind: str, opened: Callable[..., Any]
) -> None:
    model = opened(kind)
    layer = model.model.get_output_embeddings()
    n_calls = 0

    def run_out(_layer: Any, _inputs: Any) -> None:
        nonlocal n_calls
        n_calls += 1
        if n_calls == 2:
            raise torch.OutOfMemoryError("CUDA out of memory")

    layer.register_forward_pre_hook(run_out)
    requests = [
        Request(f"r{at}", Generate(prompt="It", max_new_tokens=4, min_new_tokens=4))
        for at in range(4)
    ]
    found = traces(model, [Arrival(request) for request in requests], concurrency=2)
    kinds = [found[f"r{at}"].failure and found[f"r{at}"].failure.kind for at in range(4)]  # type: ignore[union-attr]
    assert kinds == [FailureKind.OUT_OF_MEMORY] * 2 + [None] * 2
    check(found["r2"], 4)


def test_a_broken_model_and_a_closed_session_raise(opened: Callable[..., Any]) -> None:
    model = opened("llama")
    arrivals = [Arrival(request) for request in asked(1)]

    def fail(_model: Any, _inputs: Any) -> None:
        raise RuntimeError("illegal memory access")

    handle = model.model.register_forward_pre_hook(fail)
    with pytest.raises(AdapterError, match="illegal memory access"):
        list(model.session.time(arrivals, concurrency=1))
    handle.remove()
    model.session.close()
    with pytest.raises(AdapterError, match="closed"):
        list(model.session.time(arrivals, concurrency=1))


def test_who_writes_nothing_cannot_be_timed_by_token(opened: Callable[..., Any]) -> None:
    session = opened("bert_classifier").session
    assert isinstance(session, TimedSession)
    assert session.tier is Tier.IN_PROCESS
    with pytest.raises(ConfigError, match="classifier"):
        list(session.time([Arrival(Request("r", Classify(text="x")))], concurrency=1))


def test_the_facts_count_each_weight_once(opened: Callable[..., Any]) -> None:
    model = opened("llama")
    facts = model.session.facts()
    weights = list(model.model.parameters())
    n_vocabulary = model.model.config.vocab_size
    assert facts["n_parameters"] == sum(weight.numel() for weight in weights)
    assert facts["parameter_bytes"] == 4 * facts["n_parameters"]
    # Its embedding is no output layer, and only looked up.
    assert facts["n_active_parameters"] == facts["n_parameters"] - 32 * n_vocabulary
    # Keys and values of two heads of 8 numbers, in two layers, of four bytes.
    assert facts["kv_bytes_per_token"] == 2 * 2 * 8 * 2 * 4
    assert facts["n_layers"] == 2
    assert "n_experts" not in facts


def test_the_facts_follow_the_number_format(opened: Callable[..., Any]) -> None:
    full = opened("llama").session.facts()
    half = opened("llama", variant="bf16").session.facts()
    rounded = opened("llama", variant="dynamic-int8").session.facts()
    assert half["parameter_bytes"] == full["parameter_bytes"] / 2
    assert half["kv_bytes_per_token"] == full["kv_bytes_per_token"] / 2
    assert rounded["n_parameters"] == full["n_parameters"]
    # The embedding keeps its floats.
    assert full["parameter_bytes"] / 4 < rounded["parameter_bytes"] < full["parameter_bytes"] * 0.6
    assert "kv_bytes_per_token" not in opened("t5").session.facts()
    assert opened("bert_encoder").session.facts()["n_layers"] == 2


@pytest.mark.parametrize(
    ("variant", "most"),
    [(None, "float32"), ("bf16", "bfloat16"), ("fp16", "float16"), ("dynamic-int8", "int8")],
)
def test_the_facts_tell_the_formats_of_what_a_step_reads(
    variant: str | None, most: str, opened: Callable[..., Any]
) -> None:
    facts = opened("llama", variant=variant).session.facts()
    shares = {name: share for name, share in facts.items() if name.startswith("active_share_")}
    assert sum(shares.values()) == pytest.approx(1)
    assert max(shares, key=shares.__getitem__) == f"active_share_{most}"


def test_a_norm_of_another_format_is_a_small_share(opened: Callable[..., Any]) -> None:
    model = opened("bert_encoder", variant="bf16")
    model.model.embeddings.LayerNorm.float()
    facts = model.session.facts()
    assert 0 < facts["active_share_float32"] < 0.05
    assert facts["active_share_bfloat16"] > 0.95


def test_of_a_mixture_of_experts_those_of_one_token_are_active() -> None:
    from fakes.tiny_decoders import SHAREABLE, build

    from harness.adapters.transformers.sizes import facts_of

    name, attention, options = SHAREABLE["mixtral, experts"]
    model = build(name, attention, options)
    facts = facts_of(model)
    experts = sum(
        weight.numel() for name, weight in model.named_parameters() if ".experts." in name
    )
    embedding = model.get_input_embeddings().weight.numel()
    assert experts > 0
    assert (facts["n_experts"], facts["n_experts_per_token"]) == (4, 2)
    assert facts["n_active_parameters"] == facts["n_parameters"] - embedding - experts / 2
