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
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import fields
from time import perf_counter_ns
from typing import Any, TypeAlias, cast, get_args, get_type_hints

from harness.core.errors import ConfigError
from harness.option_docs import option_docs
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
from harness.selftest.timetable import Timetable

_APIS: dict[str, Api] = {"/v1/chat/completions": "chat", "/v1/completions": "completions"}
_Answerer: TypeAlias = Callable[[bytes, bytes, int], None]
_BLOCK = 16
"""Words of a prompt that are cached together."""
_BACKLOG = 4096
"""Connections that may wait to be accepted: all of a load are opened at once."""


class MockServer:
    """What all connections share; needs a running event loop."""

    def __init__(self, script: MockScript) -> None:
        self.script = script
        self.n_requests = 0
        self.timetable = Timetable()
        self.truths: list[dict[str, Any]] = []
        self._cached: set[int] = set()
        self._scripts: dict[str, MockScript] = {}
        self._loop = asyncio.get_running_loop()
        self._put_off: deque[tuple[_Answerer, bytes, bytes, int]] = deque()

    def put_off(self, answer: _Answerer, head: bytes, body: bytes, at_ns: int) -> None:
        """Answer when nothing that came before is left to be answered.

        One request at a time is dealt with between two looks at the network: a request that came
        while 60 others were read and parsed would seem to have come when that was done.
        """
        self._put_off.append((answer, head, body, at_ns))
        if len(self._put_off) == 1:
            self._loop.call_soon(self._answer_next)

    def _answer_next(self) -> None:
        answer, head, body, at_ns = self._put_off[0]
        try:
            answer(head, body, at_ns)
        finally:
            self._put_off.popleft()
            if self._put_off:
                self._loop.call_soon(self._answer_next)

    def script_for(self, changes: dict[str, Any]) -> MockScript:
        """Return the script with a request's changes, made once for all that ask the same.

        Raises:
            ConfigError: see ``MockScript.with_changes``.
        """
        key = repr(changes)
        if key not in self._scripts:
            self._scripts[key] = self.script.with_changes(changes)
        return self._scripts[key]

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
        # Others that come at the same moment want their stamps first.
        self._server.put_off(self._answer, bytes(head), bytes(rest[:n_body]), at_ns)

    def _answer(self, head: bytes, body: bytes, at_ns: int) -> None:
        method, path, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
        if method == "POST" and path in _APIS:
            # What no code foresees about a stranger's JSON must not leave him without an answer.
            try:
                asked = json.loads(body)
                script = self._server.script_for(asked.get("mock", {}))
                self._generate(_APIS[path], script, asked, at_ns)
            except (ValueError, TypeError, AttributeError, ConfigError) as error:
                self._send_json(400, {"error": {"message": str(error)}})
        elif path == "/truth":
            self._send_json(200, self._server.truths)
            self._server.truths = []
        elif path in {"/v1/models", "/models"}:
            self._send_json(200, {"object": "list", "data": [{"id": "mock", "object": "model"}]})
        elif path in {"/health", "/"}:
            self._send_json(200, {})
        else:
            self._send_json(404, {"error": {"message": f"there is no {path}"}})

    def _generate(self, api: Api, script: MockScript, asked: dict[str, Any], at_ns: int) -> None:
        server = self._server
        server.n_requests += 1
        if script.refuse_every and server.n_requests % script.refuse_every == 0:
            self._send_json(429, {"error": {"message": "too many requests"}}, "Retry-After: 1\r\n")
            return
        prompt = _prompt(asked)
        n_tokens = asked.get("max_completion_tokens") or asked.get("max_tokens") or 16
        if not isinstance(n_tokens, int):
            raise ConfigError("max_tokens", f"{n_tokens!r} is no whole number", "write 16")
        wants_usage = bool((asked.get("stream_options") or {}).get("include_usage"))
        prompted = server.prompted(script, prompt.split(), wants_usage=wants_usage)
        if asked.get("stream"):
            packets = (
                *body_packets(script, api, n_tokens),
                last_packet(script, api, n_tokens, prompted),
            )
            self._play(packets, _Truth(prompt, n_tokens, prompted, at_ns))
        else:
            whole = whole_answer(script, api, n_tokens, prompted)
            due_ns = at_ns + int(ready_s(script, n_tokens - 1) * 1e9)
            server.timetable.add(due_ns, lambda: self._send_json(200, whole))

    def _play(self, packets: Sequence[Packet], truth: _Truth) -> None:
        if self._transport is None:
            return
        self._transport.write(STREAM_HEAD)
        left = iter(packets)
        packet = next(left)

        def play_on() -> int | None:
            """Send what is due; return when the next packet is."""
            nonlocal packet
            while self._transport is not None:
                self._transport.write(truth.sent(packet))
                following = next(left, None)
                if following is None:
                    self._server.truths.append(truth.as_trace())
                    return None
                packet = following
                due_ns = truth.due_ns(packet)
                if due_ns > perf_counter_ns():
                    return due_ns
            return None

        self._server.timetable.add(truth.due_ns(packet), play_on)

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
        "_prompted",
        "_times",
        "_tokens",
        "received_ns",
    )

    def __init__(self, prompt: str, n_tokens: int, prompted: Prompted, received_ns: int) -> None:
        self.received_ns = received_ns
        self._prompted = prompted
        self._prompt = prompt
        self._n_tokens = n_tokens
        self._times: list[int] = []
        self._tokens: list[int] = []
        self._channels = ""
        self._late_ns = 0

    def due_ns(self, packet: Packet) -> int:
        """Return when the packet is to leave."""
        return self.received_ns + int(packet.at_s * 1e9)

    def sent(self, packet: Packet) -> bytes:
        """Note that a packet leaves now; return its bytes."""
        now_ns = perf_counter_ns()
        for _ in packet.channels:
            self._times.append(now_ns)
        self._channels += packet.channels
        self._tokens += packet.tokens or [0] * len(packet.channels)
        self._late_ns = max(self._late_ns, now_ns - self.due_ns(packet))
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
            "n_input_tokens": self._prompted.n_tokens,
            "n_cached_tokens": self._prompted.n_cached,
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
    parser = argparse.ArgumentParser(
        prog="python -m harness.selftest.mock_server",
        description="Serve the OpenAI API on 127.0.0.1 with times that are known.",
    )
    parser.add_argument("--port", type=int, default=0, help="0 for any free one")
    parser.add_argument("--until-input-ends", action="store_true", help="end with the parent")
    defaults, hints = MockScript(), get_type_hints(MockScript)
    for setting in option_docs(MockScript):
        default = getattr(defaults, setting.name)
        option = f"--{setting.name.replace('_', '-')}"
        told = f"{setting.doc} (default {default})".replace("``", "").replace("%", "%%")
        if isinstance(default, bool):
            way = argparse.BooleanOptionalAction
            parser.add_argument(option, action=way, default=default, help=told)
        else:
            choices = get_args(hints[setting.name]) or None
            parser.add_argument(
                option, type=type(default), default=default, choices=choices, help=told
            )
    options = parser.parse_args(arguments)
    try:
        return MockScript(**{f.name: getattr(options, f.name) for f in fields(MockScript)}), options
    except ConfigError as error:
        parser.error(str(error))


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
