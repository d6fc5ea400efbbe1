"""Sends one request, as often as it takes and is allowed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter

import httpx

from harness.adapters.openai.body import Dialect, UnsendableError
from harness.adapters.openai.clients import Clients
from harness.adapters.openai.reading import (
    RefusedError,
    decoded,
    read_body,
    read_output,
    read_usage,
)
from harness.adapters.openai.refusal import kind_of_refusal
from harness.adapters.openai.retry import asked_wait_s, is_worth_retrying, random_wait_s
from harness.adapters.plain_answers import AnswerFormError
from harness.adapters.quoting import shorten
from harness.core.redact import Scrubber
from harness.core.request import Payload, Request
from harness.core.response import Failure, FailureKind, Response

_LARGEST_BODY = 64 << 20
"""Bytes; more than any answer has, and less than would hurt."""
_N_UNREACHABLE = 3
"""Requests lost before any was answered, after which a server is taken to be absent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long and how often to try."""

    timeout_s: float
    max_attempts: int
    first_wait_s: float
    longest_wait_s: float
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setback:
    """An attempt that brought no answer."""

    kind: FailureKind
    message: str
    may_pass: bool = False
    """True when the same request may succeed later."""
    asked_wait_s: float | None = None


class Caller:
    """Asks one server; safe to use from many tasks of one event loop."""

    def __init__(
        self, clients: Clients, base_url: str, dialect: Dialect, patience: Patience, scrub: Scrubber
    ) -> None:
        self.system_fingerprints: set[str] = set()
        self._clients = clients
        self._base_url = base_url
        self._dialect = dialect
        self._patience = patience
        self._scrub = scrub
        self._n_answered = 0
        self._n_unreachable = 0

    async def ask(self, request: Request) -> Response | Failure:
        """Return the answer, or the failure of the last attempt."""
        try:
            body = self._dialect.body(request.payload)
        except UnsendableError as error:
            return Failure(kind=FailureKind.REJECTED, message=f"{self._place}: {error}")
        n_attempts = 0
        while True:
            n_attempts += 1
            result = await self._attempt(request.payload, body)
            if isinstance(result, Response):
                self._n_answered += 1
                return result
            if not result.may_pass or n_attempts >= self._max_attempts():
                return self._give_up(result, n_attempts)
            await asyncio.sleep(self._wait_s(result, n_attempts, request.id))

    def _give_up(self, setback: _Setback, n_attempts: int) -> Failure:
        self._n_unreachable += setback.kind is FailureKind.UNREACHABLE
        message = f"{self._place}: {setback.message}"
        return Failure(kind=setback.kind, message=message, n_attempts=n_attempts)

    @property
    def _place(self) -> str:
        return self._base_url.rstrip("/") + self._dialect.path

    def _max_attempts(self) -> int:
        # Nobody waits through the pauses of ten thousand requests to a server that is not there.
        is_absent = self._n_answered == 0 and self._n_unreachable >= _N_UNREACHABLE
        return 1 if is_absent else self._patience.max_attempts

    def _wait_s(self, setback: _Setback, n_attempts: int, name: str) -> float:
        longest_s = self._patience.longest_wait_s
        if setback.asked_wait_s is not None:
            return min(setback.asked_wait_s, longest_s)
        seed = f"{self._patience.seed}/{name}"
        return random_wait_s(self._patience.first_wait_s, longest_s, n_attempts, seed)

    async def _attempt(self, payload: Payload, body: bytes) -> Response | _Setback:
        started = perf_counter()
        try:
            async with asyncio.timeout(self._patience.timeout_s):
                reply, content = await self._post(body)
        except TimeoutError:
            reason = f"no full answer within {self._patience.timeout_s:g} s"
            return _Setback(kind=FailureKind.TIMEOUT, message=reason, may_pass=True)
        except (AnswerFormError, httpx.DecodingError) as error:
            return _Setback(kind=FailureKind.PROTOCOL, message=self._quote(str(error)))
        except httpx.TransportError as error:
            reason = f"{type(error).__name__}: {self._quote(str(error))}"
            return _Setback(kind=FailureKind.UNREACHABLE, message=reason, may_pass=True)
        latency_s = perf_counter() - started
        if not reply.is_success:
            return self._refusal(reply, content)
        return self._read(payload, content, latency_s)

    async def _post(self, body: bytes) -> tuple[httpx.Response, bytes]:
        async with self._clients.one() as client:
            request = client.build_request(
                "POST",
                self._dialect.path.lstrip("/"),
                content=body,
                headers={"Content-Type": "application/json"},
            )
            reply = await client.send(request, stream=True)
            try:
                return reply, await _content(reply)
            finally:
                await reply.aclose()

    def _refusal(self, reply: httpx.Response, content: bytes) -> _Setback:
        text = content.decode("utf-8", "replace")
        return _Setback(
            kind=kind_of_refusal(reply.status_code, text),
            message=f"HTTP {reply.status_code}: {self._quote(text) or 'no words'}",
            may_pass=is_worth_retrying(reply.status_code),
            asked_wait_s=asked_wait_s(reply.headers.get("Retry-After"), datetime.now(UTC)),
        )

    def _read(self, payload: Payload, content: bytes, latency_s: float) -> Response | _Setback:
        try:
            data = read_body(self._scrub(decoded(content)))
            output = read_output(payload, data)
        except (AnswerFormError, RefusedError) as error:
            is_refused = isinstance(error, RefusedError)
            return _Setback(
                kind=FailureKind.REJECTED if is_refused else FailureKind.PROTOCOL,
                message=f"{error}: {self._quote(content.decode('utf-8', 'replace'))}",
            )
        self.note_fingerprint(data.get("system_fingerprint"))
        return Response(output=output, usage=read_usage(data), latency_s=latency_s)

    def note_fingerprint(self, fingerprint: object) -> None:
        """Remember a build that the server claims to be, if it claims one."""
        if isinstance(fingerprint, str) and fingerprint:
            self.system_fingerprints.add(shorten(fingerprint))

    def _quote(self, text: str) -> str:
        # Struck out first: a secret that is cut in half would no longer be found.
        return shorten(self._scrub(text))


async def _content(reply: httpx.Response) -> bytes:
    content = bytearray()
    async for piece in reply.aiter_bytes():
        content += piece
        if len(content) > _LARGEST_BODY:
            raise AnswerFormError(f"the answer is larger than {_LARGEST_BODY >> 20} MiB")
    return bytes(content)
