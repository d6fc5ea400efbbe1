"""The mock server's bytes: frames of an event stream, made ahead so that sending costs little."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from harness.core.trace import CONTENT, NOTHING, REASONING
from harness.selftest.mock_script import MockScript, Piece, pieces, ready_s

Api = Literal["chat", "completions"]
Json: TypeAlias = dict[str, Any]

STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
)
_WORD = "tok "


@dataclass(frozen=True, slots=True)
class Packet:
    """Bytes that leave at once."""

    at_s: float
    data: bytes
    channels: str
    """One letter for each frame in it."""
    tokens: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Prompted:
    """What the last frames say of a prompt."""

    n_tokens: int
    n_cached: int
    wants_usage: bool


@lru_cache(maxsize=256)
def body_packets(script: MockScript, api: Api, n_tokens: int) -> tuple[Packet, ...]:
    """Return the packets of one answer up to its last token; the same for every prompt."""
    frames = list(_frames(script, api, n_tokens))
    if not script.role_frame:
        return tuple(_joined(frames, script.chunks_per_write))
    at_s = script.slowdown * script.ttft_s / 2
    delta = {"role": "assistant", "content": ""}
    first = Packet(at_s, _event(_shell(api, delta, "")), NOTHING, (0,))
    return (first, *_joined(frames, script.chunks_per_write))


@lru_cache(maxsize=4096)
def last_packet(script: MockScript, api: Api, n_tokens: int, prompted: Prompted) -> Packet:
    """Return what follows the last token at once: the finish, usage, and the end mark."""
    at_s = ready_s(script, max(0, n_tokens - 1))
    finish = _shell(api, {}, "")
    finish["choices"][0]["finish_reason"] = "length"
    data = _event(finish)
    channels = NOTHING
    if script.usage and prompted.wants_usage:
        usage = usage_of(script, n_tokens, prompted)
        data += _event({**_top(api), "choices": [], "usage": usage})
        channels += NOTHING
    return Packet(at_s, data + _http_chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n", channels, ())


def usage_of(script: MockScript, n_tokens: int, prompted: Prompted) -> Json:
    """Return the server's count of tokens."""
    usage: Json = {
        "prompt_tokens": prompted.n_tokens,
        "completion_tokens": n_tokens,
        "total_tokens": prompted.n_tokens + n_tokens,
    }
    if script.cache:
        usage["prompt_tokens_details"] = {"cached_tokens": prompted.n_cached}
    if script.reasoning_tokens:
        n_reasoning = min(script.reasoning_tokens, n_tokens)
        usage["completion_tokens_details"] = {"reasoning_tokens": n_reasoning}
    return usage


def whole_answer(script: MockScript, api: Api, n_tokens: int, prompted: Prompted) -> Json:
    """Return the answer that is not streamed."""
    text = _WORD * max(0, n_tokens - script.reasoning_tokens)
    choice: Json = {"index": 0, "finish_reason": "length"}
    if api == "chat":
        choice["message"] = {"role": "assistant", "content": text}
    else:
        choice["text"] = text
    return {**_top(api), "choices": [choice], "usage": usage_of(script, n_tokens, prompted)}


def _frames(script: MockScript, api: Api, n_tokens: int) -> Iterator[Packet]:
    for piece in pieces(script, n_tokens):
        data = _event(_frame(script, api, piece))
        yield Packet(piece.at_s, data, piece.channel, (piece.n_tokens,))


def _frame(script: MockScript, api: Api, piece: Piece) -> Json:
    text = _WORD * piece.n_tokens
    data = _shell(api, _delta(piece.channel, text), text)
    choice = data["choices"][0]
    if script.counts == "usage":
        data["usage"] = {"completion_tokens": piece.n_before + piece.n_tokens}
    elif script.counts == "token_ids":
        choice["token_ids"] = [7] * piece.n_tokens
    elif script.counts == "logprobs":
        one = {"token": _WORD, "logprob": -0.5}
        is_chat = api == "chat"
        choice["logprobs"] = (
            {"content": [one] * piece.n_tokens} if is_chat else {"tokens": [_WORD] * piece.n_tokens}
        )
    return data


def _delta(channel: str, text: str) -> Json:
    if channel == CONTENT:
        return {"content": text}
    if channel == REASONING:
        return {"reasoning_content": text}
    return {"tool_calls": [{"index": 0, "function": {"arguments": text}}]}


def _joined(frames: list[Packet], n_together: int) -> Iterator[Packet]:
    for start in range(0, len(frames), n_together):
        some = frames[start : start + n_together]
        channels = "".join(frame.channels for frame in some)
        tokens = tuple(n for frame in some for n in frame.tokens)
        yield Packet(some[0].at_s, b"".join(frame.data for frame in some), channels, tokens)


def _shell(api: Api, delta: Json, text: str) -> Json:
    choice = {"index": 0, "delta": delta} if api == "chat" else {"index": 0, "text": text}
    return {**_top(api), "choices": [{**choice, "finish_reason": None}]}


def _top(api: Api) -> Json:
    kind = "chat.completion.chunk" if api == "chat" else "text_completion"
    return {"id": "mock", "object": kind, "created": 0, "model": "mock"}


def _event(data: Json) -> bytes:
    return _http_chunk(b"data: " + json.dumps(data, separators=(",", ":")).encode() + b"\n\n")


def _http_chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)
