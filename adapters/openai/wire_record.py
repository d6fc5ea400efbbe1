"""One timed request as it went over the wire: bytes with the moments at which they came."""

from __future__ import annotations

from collections.abc import Callable

from harness.adapters.openai.http_answer import HttpAnswer, HttpFormError
from harness.core.response import FailureKind

_LARGEST_BODY = 64 << 20
"""Bytes; more than any answer has, and less than would hurt."""


class WireRecord:
    """Nothing is read here but where the answer ends; the rest is done when the load is over.

    All times are of one monotonic clock, in nanoseconds; 0 for what has not happened.
    """

    __slots__ = (
        "abort",
        "answer",
        "at_end",
        "ended_ns",
        "header_ns",
        "n_bytes",
        "pieces",
        "problem",
        "request",
        "sent_ns",
    )

    def __init__(self, request: bytes, at_end: Callable[[WireRecord], None]) -> None:
        self.request = request
        """Head and body, ready to be sent."""
        self.at_end = at_end
        self.abort: Callable[[], None] | None = None
        """Ends the connection that carries it."""
        self.answer = HttpAnswer()
        self.sent_ns = 0
        self.header_ns = 0
        self.ended_ns = 0
        self.n_bytes = 0
        self.pieces: list[tuple[int, bytes]] = []
        """Body bytes, each with the moment at which it came."""
        self.problem: tuple[FailureKind, str] | None = None
        """Why the exchange did not come to its end, other than by the server's own words."""

    def receive(self, at_ns: int, data: bytes) -> None:
        """Take bytes of the answer."""
        try:
            body = self.answer.feed(data)
        except HttpFormError as error:
            self.fail(at_ns, FailureKind.PROTOCOL, str(error))
            return
        if not self.header_ns and self.answer.status:
            self.header_ns = at_ns
        if body:
            self.pieces.append((at_ns, body))
            self.n_bytes += len(body)
        if self.answer.is_whole:
            self._end(at_ns)
        elif self.n_bytes > _LARGEST_BODY:
            message = f"the answer is larger than {_LARGEST_BODY >> 20} MiB"
            self.fail(at_ns, FailureKind.PROTOCOL, message)

    def lose_connection(self, at_ns: int, reason: str) -> None:
        """Take note that no more will come."""
        try:
            self.answer.end()
        except HttpFormError as error:
            self.fail(at_ns, FailureKind.UNREACHABLE, reason or str(error))
        else:
            self._end(at_ns)

    def fail(self, at_ns: int, kind: FailureKind, message: str) -> None:
        """Give the exchange up; what has ended already stays as it ended."""
        if not self.ended_ns:
            self.problem = (kind, message)
            self._end(at_ns)

    def _end(self, at_ns: int) -> None:
        self.ended_ns = at_ns
        self.at_end(self)
