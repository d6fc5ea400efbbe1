"""A server of the OpenAI API whose every time is known: ``python -m harness.selftest.mock_server``.

It answers on an absolute schedule, so that one late frame makes no other late. It is honest about
itself: ``GET /truth`` tells, as traces, when each frame really left, which a busy machine may make
later than planned. Its clock is the machine's monotonic one, the same in every process.

The command line says how it answers (see ``MockScript``); a request may differ by a field
``mock`` in its body, such as ``{"mock": {"ttft_s": 0.1}}``.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import fields
from time import perf_counter_ns
from typing import Any, cast

from harness.core.errors import ConfigError
from harness.selftest.mock_frames import (
    STREAM_HEAD,
    Api,
    Packet,
    Prompted,
    body_packets,
    last_packet,
    whole_answer,
)
from harness.selftest.mock_script import MockScript, ready_s

_APIS: dict[str, Api] = {"/v1/chat/completions": "chat", "/v1/completions": "completions"}
_BLOCK = 16
"""Words of a prompt that are cached together."""
_BACKLOG = 4096
"""Connections that may wait to be accepted: all of a load are opened at once."""


class MockServer:
    """What all connections share."""

    def __init__(self, script: MockScript) -> None:
        self.script = script
        self.n_requests = 0
        self.truths: list[dict[str, Any]] = []
        self._cached: set[int] = set()

    def prompted(self, script: MockScript, words: Sequence[str], *, wants_usage: bool) -> Prompted:
        """Return what is to be said of a prompt, and remember how it begins."""
        n_cached = 0
        if script.cache:
            blocks = [hash(tuple(words[:end])) for end in range(_BLOCK, len(words) + 1, _BLOCK)]
            n_known = next((i for i, b in enumerate(blocks) if b not in self._cached), len(blocks))
            self._cached.update(blocks)
            n_cached = n_known * _BLOCK
        return Prompted(len(words), n_cached, wants_usage)


class _Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self, server: MockServer) -> None:
        self._server = server
        self._received = bytearray()
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._transport = None

    def data_received(self, data: bytes) -> None:
        at_ns = perf_counter_ns()
        self._received += data
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        n_body = _content_length(bytes(head))
        if len(rest) < n_body:
            return
        self._received = rest[n_body:]
        method, path, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
        self._answer(method, path, bytes(rest[:n_body]), at_ns)

    def _answer(self, method: str, path: str, body: bytes, at_ns: int) -> None:
        if method == "POST" and path in _APIS:
            self._generate(_APIS[path], json.loads(body), at_ns)
        elif path == "/truth":
            self._send_json(200, self._server.truths)
            self._server.truths = []
        elif path in {"/v1/models", "/models"}:
            self._send_json(200, {"object": "list", "data": [{"id": "mock", "object": "model"}]})
        elif path in {"/health", "/"}:
            self._send_json(200, {})
        else:
            self._send_json(404, {"error": {"message": f"there is no {path}"}})

    def _generate(self, api: Api, asked: dict[str, Any], at_ns: int) -> None:
        server = self._server
        try:
            script = server.script.with_changes(asked.get("mock", {}))
        except ConfigError as error:
            self._send_json(400, {"error": {"message": str(error)}})
            return
        server.n_requests += 1
        if script.refuse_every and server.n_requests % script.refuse_every == 0:
            self._send_json(429, {"error": {"message": "too many requests"}}, "Retry-After: 1\r\n")
            return
        prompt = _prompt(asked)
        n_tokens = asked.get("max_completion_tokens") or asked.get("max_tokens") or 16
        wants_usage = bool((asked.get("stream_options") or {}).get("include_usage"))
        prompted = server.prompted(script, prompt.split(), wants_usage=wants_usage)
        if asked.get("stream"):
            packets = (
                *body_packets(script, api, n_tokens),
                last_packet(script, api, n_tokens, prompted),
            )
            self._play(packets, _Truth(prompt, n_tokens, at_ns))
        else:
            whole = whole_answer(script, api, n_tokens, prompted)
            wait_s = ready_s(script, n_tokens - 1) - (perf_counter_ns() - at_ns) / 1e9
            self._loop.call_later(wait_s, self._send_json, 200, whole)

    def _play(self, packets: Sequence[Packet], truth: _Truth) -> None:
        if self._transport is not None:
            self._transport.write(STREAM_HEAD)
            self._next(iter(packets), None, truth)

    def _next(self, packets: Iterator[Packet], packet: Packet | None, truth: _Truth) -> None:
        """Send the packet, and all that are due as well; then wait for the next one's time."""
        if self._transport is None:
            return
        while True:
            if packet is not None:
                self._transport.write(truth.sent(packet))
            packet = next(packets, None)
            if packet is None:
                self._server.truths.append(truth.as_trace())
                return
            wait_s = packet.at_s - (perf_counter_ns() - truth.received_ns) / 1e9
            if wait_s > 0:
                self._loop.call_later(wait_s, self._next, packets, packet, truth)
                return

    def _send_json(self, status: int, data: object, headers: str = "") -> None:
        if self._transport is None:
            return
        body = json.dumps(data).encode()
        head = f"HTTP/1.1 {status} -\r\nContent-Type: application/json\r\n{headers}"
        self._transport.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)


class _Truth:
    """What was really sent, in the form of a trace."""

    __slots__ = (
        "_channels",
        "_late_ns",
        "_n_tokens",
        "_prompt",
        "_times",
        "_tokens",
        "received_ns",
    )

    def __init__(self, prompt: str, n_tokens: int, received_ns: int) -> None:
        self.received_ns = received_ns
        self._prompt = prompt
        self._n_tokens = n_tokens
        self._times: list[int] = []
        self._tokens: list[int] = []
        self._channels = ""
        self._late_ns = 0

    def sent(self, packet: Packet) -> bytes:
        """Note that a packet leaves now; return its bytes."""
        now_ns = perf_counter_ns()
        for _ in packet.channels:
            self._times.append(now_ns)
        self._channels += packet.channels
        self._tokens += packet.tokens or [0] * len(packet.channels)
        planned_ns = self.received_ns + int(packet.at_s * 1e9)
        self._late_ns = max(self._late_ns, now_ns - planned_ns)
        return packet.data

    def as_trace(self) -> dict[str, Any]:
        """Return the columns of a trace, the prompt, and how late the worst frame left."""
        return {
            "prompt": self._prompt,
            "late_ns": self._late_ns,
            "sent_ns": self.received_ns,
            "ended_ns": self._times[-1],
            "chunk_ns": self._times,
            "chunk_channels": self._channels,
            "chunk_tokens": self._tokens,
            "n_output_tokens": self._n_tokens,
        }


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def _prompt(asked: dict[str, Any]) -> str:
    if "messages" not in asked:
        return str(asked.get("prompt", ""))
    return "\n".join(_content(turn.get("content")) for turn in asked["messages"])


def _content(content: object) -> str:
    # The parts of a turn are how some clients spell a plain text.
    if isinstance(content, list):
        return " ".join(str(part.get("text", "")) for part in content)
    return str(content)


def _parsed(arguments: Sequence[str] | None) -> tuple[MockScript, argparse.Namespace]:
    parser = argparse.ArgumentParser(prog="python -m harness.selftest.mock_server")
    parser.add_argument("--port", type=int, default=0, help="0 for any free one")
    parser.add_argument("--until-input-ends", action="store_true", help="end with the parent")
    defaults = MockScript()
    for field in fields(MockScript):
        default = getattr(defaults, field.name)
        option = f"--{field.name.replace('_', '-')}"
        if isinstance(default, bool):
            parser.add_argument(option, action=argparse.BooleanOptionalAction, default=default)
        else:
            parser.add_argument(option, type=type(default), default=default)
    options = parser.parse_args(arguments)
    return MockScript(**{f.name: getattr(options, f.name) for f in fields(MockScript)}), options


async def _serve(script: MockScript, port: int) -> None:
    shared = MockServer(script)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: _Connection(shared), "127.0.0.1", port, backlog=_BACKLOG
    )
    # The collector's pauses would be lateness; what is made here dies by its reference count.
    gc.collect()
    gc.freeze()
    gc.disable()
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)  # noqa: T201 - how its parent learns the port
    async with server:
        await server.serve_forever()


def _end_with_parent() -> None:
    """Wait until the other end of standard input is gone, and end at once."""
    while os.read(0, 1):
        pass
    os._exit(0)


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve for ever, or until standard input ends."""
    script, options = _parsed(arguments)
    if options.until_input_ends:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    asyncio.run(_serve(script, options.port))


if __name__ == "__main__":
    main()
