"""Bytes with times become the same trace however they were cut; chunks are never tokens."""

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.adapters.openai.event_stream import events
from harness.adapters.openai.trace_reading import TraceReader
from harness.adapters.openai.wire_record import WireRecord
from harness.core.latency import prefill_tps
from harness.core.response import FailureKind
from harness.core.trace import Trace

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
Json = dict[str, Any]


def delta(text: str | None = None, *, name: str = "content", **more: Any) -> Json:
    return {"choices": [{"index": 0, "delta": {} if text is None else {name: text}, **more}]}


def finish(reason: str = "stop", **more: Any) -> Json:
    return {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}], **more}


def usage(n_tokens: int, **more: Any) -> Json:
    return {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": n_tokens, **more}}


ROLE = {"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]}


def frame(data: Json | str) -> bytes:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    content = f"data: {text}\n\n".encode()
    return b"%x\r\n%s\r\n" % (len(content), content)


def read(pieces: Sequence[tuple[int, bytes]], *, is_cut_off: bool = False) -> Trace:
    record = WireRecord(b"", lambda _: None)
    record.sent_ns = 1000
    for at_ns, piece in pieces:
        if not record.ended_ns:
            record.receive(at_ns, piece)
    if is_cut_off:
        record.lose_connection(pieces[-1][0], "")
    reader = TraceReader(1000, "http://there/v1", lambda text: text)
    return reader.read(record, None)[0]


def streamed(frames: Sequence[Json | str], *, is_done: bool = True) -> Trace:
    """One frame in each packet, 10 ns apart."""
    whole = [*frames, "[DONE]"] if is_done else list(frames)
    pieces = [(1010 + 10 * place, frame(data)) for place, data in enumerate(whole)]
    pieces[0] = (pieces[0][0], HEAD + pieces[0][1])
    pieces[-1] = (pieces[-1][0], pieces[-1][1] + b"0\r\n\r\n")
    return read(pieces)


def test_one_answer_in_full() -> None:
    details = {
        "prompt_tokens_details": {"cached_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": 2},
    }
    trace = streamed(
        [ROLE, delta("Hm", name="reasoning_content"), delta("Yes"), finish(), usage(5, **details)]
    )
    assert trace.failure is None
    assert trace.sent_ns == 0
    assert trace.header_ns == 10
    assert trace.chunk_ns == (10, 20, 30, 40, 50)
    assert trace.ended_ns == 60
    assert trace.chunk_channels == "-rc--"
    assert trace.chunk_tokens is None
    assert (trace.n_input_tokens, trace.n_output_tokens) == (9, 5)
    assert (trace.n_cached_tokens, trace.n_reasoning_tokens) == (4, 2)
    assert trace.counted_by == "usage"
    assert trace.finish_reason == "stop"


@settings(deadline=None)
@given(
    texts=st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=5),
    places=st.lists(st.integers(0, 10**6), max_size=30),
)
def test_any_cut_of_the_bytes_gives_the_same_trace(texts: list[str], places: list[int]) -> None:
    frames: list[Json | str] = [ROLE, *(delta(text, token_ids=[1, 2]) for text in texts)]
    frames += [finish(), usage(3), "[DONE]"]
    parts = [frame(one) for one in frames]
    data = HEAD + b"".join(parts) + b"0\r\n\r\n"
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    # The time of a piece is where it ends, so that it tells which bytes had come by then.
    cut = read([(1000 + end, data[start:end]) for start, end in pairwise(edges)])
    whole = read([(1000 + len(data), data)])
    assert cut.chunk_channels == whole.chunk_channels == "-" + "c" * len(texts) + "--"
    assert cut.chunk_tokens == whole.chunk_tokens
    assert cut.n_output_tokens == whole.n_output_tokens == 3
    assert cut.failure is None
    # Each frame has the time of the first piece that reaches its last line end.
    end = len(HEAD)
    for at_ns, part in zip(cut.chunk_ns, parts[:-1], strict=True):
        end += len(part)
        assert at_ns == next(edge for edge in edges if edge >= end - len(b"\r\n"))


@pytest.mark.parametrize(
    ("data", "channel"),
    [
        (delta("a"), "c"),
        (delta("a", name="reasoning_content"), "r"),
        (delta("a", name="reasoning"), "r"),
        ({"choices": [{"delta": {"tool_calls": [{"index": 0}]}}]}, "t"),
        ({"choices": [{"text": "a"}]}, "c"),
        ({"choices": [{"text": ""}]}, "-"),
        (ROLE, "-"),
        (usage(3), "-"),
        ({"choices": [{"delta": {"content": None, "reasoning": None}}]}, "-"),
    ],
)
def test_the_channel_of_a_frame(data: Json, channel: str) -> None:
    assert streamed([data, finish()]).chunk_channels == channel + "-"


class TestTokensOfChunks:
    def test_listed_ids(self) -> None:
        trace = streamed([ROLE, delta("ab", token_ids=[5, 6]), delta("c", token_ids=[7]), finish()])
        assert trace.chunk_tokens == (0, 2, 1, 0)
        assert trace.n_output_tokens == 3

    def test_log_probabilities(self) -> None:
        one = {"token": "a", "logprob": -1.0}
        trace = streamed([delta("ab", logprobs={"content": [one, one]}), finish(), usage(2)])
        assert trace.chunk_tokens == (2, 0, 0)

    def test_log_probabilities_of_completions(self) -> None:
        choice = {"text": "ab", "logprobs": {"tokens": ["a", "b"]}}
        assert streamed([{"choices": [choice]}, finish()]).chunk_tokens == (2, 0)

    def test_usage_in_every_frame(self) -> None:
        frames = [
            {**ROLE, "usage": {"completion_tokens": 0}},
            {**delta("abc"), "usage": {"completion_tokens": 3}},
            {**delta("d"), "usage": {"completion_tokens": 4}},
            finish(usage={"completion_tokens": 5}),
        ]
        trace = streamed(frames)
        # The last frame holds the end token: it has no text, and is a token all the same.
        assert trace.chunk_tokens == (0, 3, 1, 1)
        assert trace.chunk_channels == "-ccc"

    @pytest.mark.parametrize(
        "silent",
        [
            delta("", name="reasoning_content"),
            delta(),
            {"choices": [{"delta": {"role": "assistant", "content": None, "reasoning": None}}]},
            {"choices": [{"delta": {"role": "assistant", "content": ""}}]},
            {"choices": [{"delta": {"content": "", "reasoning": ""}}]},
        ],
    )
    def test_a_token_without_text_is_where_it_says_or_where_the_next_text_is(
        self, silent: Json
    ) -> None:
        frames = [silent, delta("Hm", name="reasoning_content"), delta("Yes"), finish()]
        counted = [
            {**each, "usage": {"completion_tokens": n}} for n, each in enumerate(frames, start=1)
        ]
        assert streamed(counted).chunk_channels == "rrcc"

    def test_half_a_letter_at_the_end_of_reasoning_is_reasoning(self) -> None:
        frames = [
            {**delta("Hm", name="reasoning"), "usage": {"completion_tokens": 1}},
            {**delta("", name="reasoning"), "usage": {"completion_tokens": 2}},
            {**delta("Yes"), "usage": {"completion_tokens": 3}},
        ]
        assert streamed([*frames, finish()]).chunk_channels == "rrc-"

    def test_timings_of_llama_cpp(self) -> None:
        frames = [
            {**delta("ab"), "timings": {"predicted_n": 2, "prompt_ms": 12.5}},
            {**delta("c"), "timings": {"predicted_n": 3, "prompt_ms": 12.5}},
        ]
        trace = streamed([*frames, finish()])
        assert trace.chunk_tokens == (2, 1, 0)
        assert trace.prefill_ns == 12_500_000

    @pytest.mark.parametrize(
        ("timings", "details", "n_cached"),
        [
            ({"cache_n": 8, "prompt_n": 1}, {}, 8),
            ({"prompt_n": 1}, {}, 8),
            ({"prompt_n": 11}, {}, 0),
            ({"cache_n": 8}, {"prompt_tokens_details": {"cached_tokens": 5}}, 5),
            ({"predicted_n": 1}, {}, None),
        ],
    )
    def test_what_llama_cpp_did_not_work_on_was_at_hand(
        self, timings: Json, details: Json, n_cached: int | None
    ) -> None:
        told = {**usage(1, **details), "timings": {"prompt_ms": 10.0, **timings}}
        assert streamed([delta("a"), finish(), told]).n_cached_tokens == n_cached

    def test_the_prefill_rate_is_of_the_tokens_that_were_worked_on(self) -> None:
        told = {**usage(1), "timings": {"prompt_n": 1, "prompt_ms": 10.0, "cache_n": 8}}
        assert prefill_tps(streamed([delta("a"), finish(), told])) == pytest.approx(100)

    @pytest.mark.parametrize(
        "frames",
        [
            [delta("ab"), delta("cd"), finish()],
            [delta("ab", token_ids=[1]), delta("cd"), finish()],
            [delta("ab"), delta("cd"), finish(usage={"completion_tokens": 9})],
            [
                {**delta("ab"), "usage": {"completion_tokens": 4}},
                {**delta("c"), "usage": {"completion_tokens": 1}},
            ],
        ],
    )
    def test_unknown_unless_every_chunk_tells(self, frames: list[Json]) -> None:
        assert streamed(frames).chunk_tokens is None

    def test_a_total_that_comes_with_the_last_frame_is_no_token_of_it(self) -> None:
        trace = streamed([delta("ab"), finish(usage={"completion_tokens": 9})])
        assert trace.chunk_channels == "c-"
        assert trace.n_output_tokens == 9

    def test_nobody_counts(self) -> None:
        trace = streamed([delta("ab"), finish()])
        assert trace.n_output_tokens is None
        assert trace.counted_by == "nobody"


class TestFailures:
    def test_a_stream_that_breaks_off(self) -> None:
        pieces = [(1010, HEAD + frame(ROLE)), (1020, frame(delta("a")))]
        trace = read(pieces, is_cut_off=True)
        assert trace.failure is not None
        assert trace.failure.kind is FailureKind.UNREACHABLE
        assert trace.chunk_channels == "-c"

    def test_a_stream_that_ends_early(self) -> None:
        trace = streamed([delta("a")], is_done=False)
        assert trace.failure is not None
        assert trace.failure.kind is FailureKind.PROTOCOL

    def test_an_end_without_its_mark_is_an_end(self) -> None:
        assert streamed([delta("a"), finish()], is_done=False).failure is None

    def test_an_error_within_the_stream(self) -> None:
        trace = streamed([delta("a"), {"error": {"message": "no memory", "code": 503}}])
        assert trace.failure is not None
        assert trace.failure.kind is FailureKind.SERVER_ERROR
        assert "no memory" in trace.failure.message

    @pytest.mark.parametrize("text", ["{", "[1]", "nonsense"])
    def test_frames_that_are_no_objects(self, text: str) -> None:
        trace = streamed([text])
        assert trace.failure is not None
        assert trace.failure.kind is FailureKind.PROTOCOL

    @pytest.mark.parametrize(
        "data", [delta("no", name="refusal"), finish("content_filter")], ids=["refusal", "filter"]
    )
    def test_a_refusal_of_the_model(self, data: Json) -> None:
        trace = streamed([data])
        assert trace.failure is not None
        assert trace.failure.kind is FailureKind.REJECTED

    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (400, FailureKind.REJECTED),
            (429, FailureKind.RATE_LIMITED),
            (500, FailureKind.SERVER_ERROR),
        ],
    )
    def test_a_status_is_a_failure_with_the_servers_words(
        self, status: int, kind: FailureKind
    ) -> None:
        head = f"HTTP/1.1 {status} No\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\n"
        trace = read([(1010, head.encode() + b"busy")])
        assert trace.failure is not None
        assert trace.failure.kind is kind
        assert "busy" in trace.failure.message
        assert "Retry-After: 7" in trace.failure.message
        assert trace.chunk_ns == ()

    def test_bytes_that_are_no_http(self) -> None:
        trace = read([(1010, b"SSH-2.0\r\n\r\n")])
        assert trace.failure is not None
        assert trace.failure.kind is FailureKind.PROTOCOL


def test_a_server_that_does_not_stream() -> None:
    body = json.dumps(
        {
            "choices": [{"message": {"content": "Yes"}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 3, "completion_tokens": 1},
        }
    ).encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    trace = read([(1010, head % len(body)), (1020, body)])
    assert trace.failure is None
    assert trace.chunk_ns == ()
    assert (trace.header_ns, trace.ended_ns) == (10, 20)
    assert (trace.n_input_tokens, trace.n_output_tokens) == (3, 1)
    assert trace.finish_reason == "stop"


@settings(deadline=None)
@given(
    lines=st.lists(
        st.sampled_from(
            [b"data: a", b"data:b", b": comment", b"event: x", b"id: 7", b"", b"", b"other"]
        ),
        max_size=12,
    ),
    end=st.sampled_from([b"\n", b"\r\n"]),
    places=st.lists(st.integers(0, 10**6), max_size=20),
)
def test_events_do_not_depend_on_the_cut(lines: list[bytes], end: bytes, places: list[int]) -> None:
    data = b"".join(line + end for line in lines)
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    pieces = [(stop, data[start:stop]) for start, stop in pairwise(edges)]
    assert [text for _, text in events(pieces)] == list(_plainly(lines))


def _plainly(lines: Sequence[bytes]) -> Iterator[bytes]:
    """The standard's rule, on whole lines."""
    found: list[bytes] = []
    for line in [*lines, b""]:
        if line.startswith(b"data:"):
            found.append(line[5:].lstrip(b" "))
        elif not line and found:
            yield b"\n".join(found)
            found = []
