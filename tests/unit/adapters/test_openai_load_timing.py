"""Loads on real sockets: the schedule, the room, and everything that a server may do wrong.

No test asserts on speed: a busy machine may make anything late, but nothing early, twice or lost.
"""

import json
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self

import pytest

from harness.adapters.openai import OpenAIAdapter
from harness.adapters.openai.tier import tier_of
from harness.core.abilities import TimedSession
from harness.core.arrival import Arrival
from harness.core.errors import AdapterError, ConfigError
from harness.core.latency import e2e, tpot, ttft
from harness.core.load import Tier
from harness.core.request import Classify, Generate, Message, Request
from harness.core.response import FailureKind
from harness.core.trace import Trace
from harness.selftest.mock_process import MockProcess, mock_process

CANARY = "sk-canary-2f6b/9+8d41"
MS = 1_000_000
Reply = Callable[[int, socket.socket], bool]
"""Is given the number of the request and its connection; tells whether to keep the connection."""


@pytest.fixture(scope="module")
def mock() -> Iterator[MockProcess]:
    with mock_process() as process:
        yield process


class ScriptedServer:
    """Reads whole requests, and does with each what its script says."""

    def __init__(self, reply: Reply, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.requests: list[bytes] = []
        self.n_connections = 0
        self._reply = reply
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.n_connections += 1
            threading.Thread(target=self._begin, args=(connection,), daemon=True).start()

    def _begin(self, connection: socket.socket) -> None:
        if self._tls is None:
            self._serve(connection)
            return
        try:
            wrapped = self._tls.wrap_socket(connection, server_side=True)
        except OSError:  # the client does not trust us
            return
        self._serve(wrapped)

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                while request := self._read(connection):
                    with self._lock:
                        number = len(self.requests)
                        self.requests.append(request)
                    if not self._reply(number, connection):
                        return
            except OSError:  # the client hung up
                return

    @staticmethod
    def _read(connection: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65536)
            if not piece:
                return b""
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        (length,) = [x.split(b":")[1] for x in head.split(b"\r\n") if b"Content-Length" in x]
        while len(body) < int(length):
            body += connection.recv(65536)
        return head + b"\r\n\r\n" + body


@contextmanager
def scripted(reply: Reply) -> Iterator[ScriptedServer]:
    with closing(ScriptedServer(reply)) as server:
        yield server


def stream(*frames: dict[str, Any]) -> bytes:
    data = "".join(f"data: {json.dumps(frame)}\n\n" for frame in frames) + "data: [DONE]\n\n"
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: {len(data)}"
    return f"{head}\r\n\r\n{data}".encode()


WORD = {"choices": [{"delta": {"content": "Yes"}}]}
STOP = {"choices": [{"delta": {}, "finish_reason": "stop"}]}


def arrivals(n: int, *, n_tokens: int = 2, due_ns: Sequence[int] | None = None) -> list[Arrival]:
    payloads = [Generate(prompt=f"question {place}", max_new_tokens=n_tokens) for place in range(n)]
    return [
        Arrival(Request(f"r{place}", payload), due_ns[place] if due_ns else None)
        for place, payload in enumerate(payloads)
    ]


def timed(
    base_url: str,
    load: Sequence[Arrival],
    *,
    concurrency: int | None = None,
    mock: dict[str, Any] | None = None,
    **options: Any,
) -> dict[str, Trace]:
    extra = {"mock": mock} if mock else {}
    session = OpenAIAdapter(base_url=base_url, model="mock", extra=extra, **options).open()
    with closing(session):
        return {r.id: trace for r, trace in session.time(load, concurrency=concurrency)}


def most_at_once(traces: Sequence[Trace]) -> int:
    changes = sorted(
        [(t.sent_ns, 1) for t in traces] + [(t.ended_ns, -1) for t in traces],
        key=lambda change: change,
    )
    n_now = n_most = 0
    for _, step in changes:
        n_now += step
        n_most = max(n_most, n_now)
    return n_most


@pytest.mark.parametrize(
    ("address", "tier"),
    [
        ("http://127.0.0.1:8000/v1", Tier.LOOPBACK),
        ("http://127.9.8.7/v1", Tier.LOOPBACK),
        ("http://[::1]:8000/v1", Tier.LOOPBACK),
        ("http://localhost/v1", Tier.LOOPBACK),
        ("http://llm.localhost:8000/v1", Tier.LOOPBACK),
        ("http://192.168.0.7/v1", Tier.REMOTE),
        ("https://localhost.example.com/v1", Tier.REMOTE),
    ],
)
def test_the_tier_is_told_by_the_address(address: str, tier: Tier) -> None:
    assert tier_of(address) is tier
    session = OpenAIAdapter(base_url=address, model="m").open()
    with closing(session):
        assert isinstance(session, TimedSession)
        assert session.tier is tier


def known_names(**addresses: Sequence[str]) -> Any:
    """Return what stands in for a name server."""

    def look_up(host: str, _port: object, **_: object) -> list[Any]:
        if host not in addresses:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (at, 0)) for at in addresses[host]]

    return look_up


@pytest.mark.parametrize(
    ("host", "tier"),
    [
        ("own", Tier.LOOPBACK),
        ("other", Tier.REMOTE),
        ("either", Tier.REMOTE),
        ("nobody", Tier.REMOTE),
    ],
)
def test_a_name_stands_where_its_addresses_do(
    monkeypatch: pytest.MonkeyPatch, host: str, tier: Tier
) -> None:
    # The second is kept for documentation, and nobody's.
    names = {"own": ["127.0.1.1"], "other": ["192.0.2.77"], "either": ["127.0.0.1", "192.0.2.77"]}
    monkeypatch.setattr(socket, "getaddrinfo", known_names(**names))
    assert tier_of(f"http://{host}:8000/v1") is tier


def test_an_address_of_this_machines_own_interfaces_is_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bound: list[Any] = []

    class Socket:
        def __init__(self, *_: object) -> None: ...

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None: ...

        def bind(self, where: Any) -> None:
            bound.append(where)
            if where[0] != "192.0.2.77":
                raise OSError("not an address of this machine")

    monkeypatch.setattr(socket, "getaddrinfo", known_names(here=["192.0.2.77"], there=["1.2.3.4"]))
    monkeypatch.setattr(socket, "socket", Socket)
    assert tier_of("http://here/v1") is Tier.LOOPBACK
    assert tier_of("http://there/v1") is Tier.REMOTE
    assert bound == [("192.0.2.77", 0), ("1.2.3.4", 0)]


class TestSchedule:
    def test_nothing_leaves_before_it_is_due(self, mock: MockProcess) -> None:
        due = [0, 5 * MS, 5 * MS, 40 * MS]
        traces = timed(f"{mock.url}/v1", arrivals(4, due_ns=due), mock={"ttft_s": 0.1})
        assert [traces[f"r{place}"].due_ns for place in range(4)] == due
        for trace in traces.values():
            assert trace.failure is None
            assert trace.due_ns is not None
            assert trace.sent_ns >= trace.due_ns

    def test_slow_answers_hold_back_nothing(self, mock: MockProcess) -> None:
        due = [place * MS for place in range(60)]
        traces = timed(
            f"{mock.url}/v1", arrivals(60, due_ns=due), mock={"ttft_s": 1.5, "role_frame": False}
        )
        # All were under way before the first was answered: no answer opened the way for another.
        assert max(t.sent_ns for t in traces.values()) < min(t.ended_ns for t in traces.values())

    def test_room_is_kept(self, mock: MockProcess) -> None:
        traces = timed(f"{mock.url}/v1", arrivals(12), concurrency=3, mock={"ttft_s": 0.02})
        assert len(traces) == 12
        assert most_at_once(list(traces.values())) == 3

    def test_a_request_that_is_due_waits_for_room(self, mock: MockProcess) -> None:
        load = arrivals(3, due_ns=[0, 0, 0])
        traces = timed(f"{mock.url}/v1", load, concurrency=1, mock={"ttft_s": 0.02})
        assert most_at_once(list(traces.values())) == 1
        assert traces["r2"].due_ns == 0
        assert traces["r2"].sent_ns >= traces["r0"].ended_ns

    def test_no_request_is_no_trace(self, mock: MockProcess) -> None:
        assert timed(f"{mock.url}/v1", []) == {}

    def test_no_room_is_refused(self, mock: MockProcess) -> None:
        with pytest.raises(ConfigError, match="leaves no room"):
            timed(f"{mock.url}/v1", arrivals(1), concurrency=0)


class TestTruth:
    def test_times_are_never_shorter_than_what_the_server_did(self, mock: MockProcess) -> None:
        mock.truths()
        script = {"ttft_s": 0.03, "tpot_s": 0.01, "tokens_per_chunk": 2, "counts": "usage"}
        told = timed(f"{mock.url}/v1", arrivals(4, n_tokens=7), concurrency=2, mock=script)
        true = mock.truths()
        for place in range(4):
            trace, truth = told[f"r{place}"], true[f"question {place}"].trace
            assert trace.chunk_channels == truth.chunk_channels == "-cccc--"
            assert trace.chunk_tokens == truth.chunk_tokens == (0, 2, 2, 2, 1, 0, 0)
            assert trace.n_output_tokens == 7
            # Sent before it was received, and seen after it was sent.
            first, true_first = ttft(trace), ttft(truth)
            whole, true_whole = e2e(trace), e2e(truth)
            assert first is not None
            assert true_first is not None
            assert first >= true_first >= 0.03
            assert whole is not None
            assert true_whole is not None
            assert whole >= true_whole >= 0.09

    def test_both_apis(self, mock: MockProcess) -> None:
        for api in ("chat", "completions"):
            (trace,) = timed(f"{mock.url}/v1", arrivals(1, n_tokens=5), api=api).values()
            assert trace.failure is None
            assert trace.n_output_tokens == 5
            assert tpot(trace) is not None

    def test_the_cache_is_told_of(self, mock: MockProcess) -> None:
        prompts = [f"{'said before ' * 20}{place}" for place in range(2)]
        load = [Arrival(Request(p, Generate(prompt=p, max_new_tokens=2))) for p in prompts]
        traces = timed(f"{mock.url}/v1", load, concurrency=1, mock={"cache": True})
        assert [traces[prompt].n_cached_tokens for prompt in prompts] == [0, 32]


class TestFailures:
    def test_a_refusal_is_kept_and_not_sent_again(self) -> None:
        def busy(number: int, connection: socket.socket) -> bool:
            del number
            head = "HTTP/1.1 429 Too Many\r\nRetry-After: 9\r\nContent-Length: 37\r\n\r\n"
            connection.sendall((head + f"wait, holder of {CANARY}".ljust(37)).encode()[:120])
            return True

        with scripted(busy) as server, pytest.MonkeyPatch.context() as patch:
            patch.setenv("MOCK_KEY", CANARY)
            traces = timed(server.base_url, arrivals(5), concurrency=2, api_key_env="MOCK_KEY")
            assert len(server.requests) == 5
            assert f"Authorization: Bearer {CANARY}".encode() in server.requests[0]
        for trace in traces.values():
            assert trace.failure is not None
            assert trace.failure.kind is FailureKind.RATE_LIMITED
            assert trace.failure.n_attempts == 1
            assert "Retry-After: 9" in trace.failure.message
            assert CANARY not in trace.failure.message
            assert ttft(trace) is None

    def test_a_lost_connection_loses_one_request(self) -> None:
        def drop_first(number: int, connection: socket.socket) -> bool:
            if number == 0:
                connection.sendall(stream(WORD, STOP)[:90])
                return False
            connection.sendall(stream(WORD, STOP))
            return True

        with scripted(drop_first) as server:
            traces = timed(server.base_url, arrivals(6), concurrency=1)
            assert len(server.requests) == 6
        first, *others = (traces[f"r{place}"] for place in range(6))
        assert first.failure is not None
        assert first.failure.kind is FailureKind.UNREACHABLE
        assert all(trace.failure is None for trace in others)

    def test_a_server_that_keeps_no_connection(self) -> None:
        def once(number: int, connection: socket.socket) -> bool:
            del number
            answer = stream(WORD, STOP).replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
            connection.sendall(answer)
            return False

        with scripted(once) as server:
            traces = timed(server.base_url, arrivals(8), concurrency=2)
            assert server.n_connections >= 8
        assert all(trace.failure is None for trace in traces.values())

    def test_a_server_that_closes_without_a_word(self) -> None:
        def hang_up(number: int, connection: socket.socket) -> bool:
            del number
            connection.sendall(stream(WORD, STOP))
            return False

        with scripted(hang_up) as server:
            traces = timed(server.base_url, arrivals(12), concurrency=2)
            assert len(server.requests) == 12
        assert [trace.failure for trace in traces.values()] == [None] * 12

    def test_what_a_closing_connection_swallowed_goes_out_again(self) -> None:
        def close_later(number: int, connection: socket.socket) -> bool:
            if number == 1:  # the second request of the connection is not answered
                return False
            connection.sendall(stream(WORD, STOP))
            return True

        with scripted(close_later) as server:
            session = OpenAIAdapter(base_url=server.base_url, model="m").open()
            with closing(session):
                # One load after the other on one connection each, then two on the same.
                list(session.time(arrivals(1), concurrency=1))
                server.requests.clear()
                found = [t for _, t in session.time(arrivals(3), concurrency=1)]
            assert len(server.requests) == 4
        assert [trace.failure for trace in found] == [None] * 3

    def test_connections_are_used_again(self) -> None:
        def answer(number: int, connection: socket.socket) -> bool:
            del number
            connection.sendall(stream(WORD, STOP))
            return True

        with scripted(answer) as server:
            load = arrivals(20, due_ns=[20 * MS * place for place in range(20)])
            traces = timed(server.base_url, load, concurrency=2)
            assert len(traces) == 20
            assert server.n_connections < 20

    def test_silence_is_given_up(self) -> None:
        silent = threading.Event()

        def say_nothing(number: int, connection: socket.socket) -> bool:
            del number, connection
            silent.wait(20)
            return False

        with scripted(say_nothing) as server:
            traces = timed(server.base_url, arrivals(2), concurrency=1, timeout_s=0.3)
            silent.set()
        for trace in traces.values():
            assert trace.failure is not None
            assert trace.failure.kind is FailureKind.TIMEOUT
            assert trace.ended_ns - trace.sent_ns >= 0.25e9

    @pytest.mark.parametrize(("concurrency", "n_more"), [(1, 3), (4, 7)])
    def test_a_server_that_hangs_is_sent_no_more(self, concurrency: int, n_more: int) -> None:
        """Each that runs out of time makes room for another one, until so many have."""
        silent = threading.Event()

        def hang(number: int, connection: socket.socket) -> bool:
            if number < 8:
                connection.sendall(stream(WORD, STOP))
            else:
                silent.wait(20)
            return number < 8

        with scripted(hang) as server:
            load = arrivals(60)
            traces = timed(server.base_url, load, concurrency=concurrency, timeout_s=2.0)
            silent.set()
        assert list(traces) == [f"r{place}" for place in range(8 + n_more)]
        failed = [trace.failure.kind for trace in traces.values() if trace.failure]
        assert failed == [FailureKind.TIMEOUT] * n_more  # whichever of them came to the server late

    def test_an_open_loop_is_sent_whatever_becomes_of_it(self) -> None:
        silent = threading.Event()

        def hang(number: int, connection: socket.socket) -> bool:
            del number, connection
            silent.wait(20)
            return False

        with scripted(hang) as server:
            traces = timed(server.base_url, arrivals(6, due_ns=[0] * 6), timeout_s=0.3)
            silent.set()
        assert len(traces) == 6

    def test_nobody_listens(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        traces = timed(f"http://127.0.0.1:{port}/v1", arrivals(5), concurrency=2)
        assert len(traces) == 5
        for trace in traces.values():
            assert trace.failure is not None
            assert trace.failure.kind is FailureKind.UNREACHABLE

    def test_what_cannot_be_streamed_is_refused_before_anything_is_sent(self) -> None:
        with pytest.raises(ConfigError, match="Classify"):
            timed("http://127.0.0.1:1/v1", [Arrival(Request("r", Classify(text="a")))])
        turns = Generate(prompt=(Message("user", "Hi"),))
        with pytest.raises(ConfigError, match="turns"):
            timed("http://127.0.0.1:1/v1", [Arrival(Request("r", turns))], api="completions")

    def test_a_closed_session_times_nothing(self) -> None:
        session = OpenAIAdapter(base_url="http://127.0.0.1:1/v1", model="m").open()
        session.close()
        with pytest.raises(AdapterError, match="closed"):
            list(session.time(arrivals(1), concurrency=1))


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
@pytest.mark.parametrize("is_trusted", [True, False])
def test_over_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_trusted: bool) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    command += f" -addext subjectAltName=IP:127.0.0.1 -keyout {key} -out {certificate}"
    subprocess.run(command.split(), capture_output=True, check=True)
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def answer(number: int, connection: socket.socket) -> bool:
        del number
        connection.sendall(stream(WORD, STOP))
        return True

    with closing(ScriptedServer(answer, context)) as server:
        address = server.base_url.replace("http:", "https:")
        traces = timed(address, arrivals(3), concurrency=1)
    for trace in traces.values():
        if is_trusted:
            assert trace.failure is None
            assert trace.chunk_channels == "c-"
        else:
            assert trace.failure is not None
            assert trace.failure.kind is FailureKind.UNREACHABLE
            assert "certificate" in trace.failure.message


class TestBody:
    @staticmethod
    def body_of(payload: Generate, **options: Any) -> dict[str, Any]:
        def answer(number: int, connection: socket.socket) -> bool:
            del number
            connection.sendall(stream(WORD, STOP))
            return True

        with scripted(answer) as server:
            timed(server.base_url, [Arrival(Request("r", payload))], concurrency=1, **options)
            (request,) = server.requests
        body: dict[str, Any] = json.loads(request.partition(b"\r\n\r\n")[2])
        return body

    def test_it_asks_for_a_stream_with_usage(self) -> None:
        body = self.body_of(Generate(prompt="Hi", max_new_tokens=9))
        assert body["stream"] is True
        assert body["stream_options"] == {"include_usage": True}
        assert not {"ignore_eos", "min_tokens"} & body.keys()

    def test_it_asks_for_usage_in_every_chunk_where_it_is_told_to(self) -> None:
        body = self.body_of(Generate(prompt="Hi"), continuous_usage=True)
        wishes = {"include_usage": True, "continuous_usage_stats": True}
        assert body["stream_options"] == wishes

    def test_an_answer_of_a_fixed_length(self) -> None:
        body = self.body_of(Generate(prompt="Hi", max_new_tokens=9, min_new_tokens=9))
        assert (body["max_tokens"], body["min_tokens"], body["ignore_eos"]) == (9, 9, True)

    def test_an_answer_of_a_least_length(self) -> None:
        body = self.body_of(Generate(prompt="Hi", max_new_tokens=9, min_new_tokens=3))
        assert body["min_tokens"] == 3
        assert "ignore_eos" not in body

    @pytest.mark.parametrize("fields", [(), ("ignore_eos",), ("min_tokens",)])
    def test_fields_that_the_server_refuses_are_left_out(self, fields: tuple[str, ...]) -> None:
        payload = Generate(prompt="Hi", max_new_tokens=9, min_new_tokens=9)
        body = self.body_of(payload, length_fields=fields)
        assert {"ignore_eos", "min_tokens"} & body.keys() == set(fields)
