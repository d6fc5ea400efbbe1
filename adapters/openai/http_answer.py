"""Reads one HTTP/1.1 answer as its bytes come, however they are cut (RFC 9112)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Literal

_HEAD_END = b"\r\n\r\n"
_LARGEST_HEAD = 64 << 10
_LARGEST_LINE = 4 << 10
_N_ENDING = 2
"""Bytes of the line end after a chunk's data."""

_Framing = Literal["chunked", "length", "close"]


class HttpFormError(ValueError):
    """The bytes are no answer of HTTP/1.1; the text says why."""


class HttpAnswer:
    """One answer. Only its framing is read here: what the body says can wait.

    A wait for the body's end is a wait for the last chunk, the announced length, or the end of
    the connection, whichever the head promises.
    """

    __slots__ = ("_buffer", "_framing", "_in_trailer", "_left", "_whole", "headers", "status")

    def __init__(self) -> None:
        self.status = 0
        """0 until the head is whole."""
        self.headers: Mapping[str, str] = {}
        """By lower-case name; of several of one name the last."""
        self._buffer = b""
        self._framing: _Framing = "close"
        self._left = 0
        self._in_trailer = False
        self._whole = False

    @property
    def is_whole(self) -> bool:
        """True when nothing of it is to come."""
        return self._whole

    @property
    def keeps_connection(self) -> bool:
        """Whether another request may follow on the same connection."""
        says_close = self.headers.get("connection", "").lower() == "close"
        return self._framing != "close" and not says_close

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes; return those among them that belong to the body.

        Raises:
            HttpFormError: they belong to no answer, or to more than one.
        """
        if self._whole:
            raise HttpFormError("bytes came after the answer")
        if not self.status:
            data = self._read_head(data)
            if self._whole or not data:
                return b""
        if self._framing == "chunked":
            return self._read_chunks(data)
        if self._framing == "length":
            self._left -= len(data)
            self._whole = self._left == 0
            if self._left < 0:
                raise HttpFormError("the body is longer than its head says")
        return data

    def end(self) -> None:
        """Take note that the connection has ended.

        Raises:
            HttpFormError: something was still to come.
        """
        if self.status and self._framing == "close":
            self._whole = True
        if not self._whole:
            raise HttpFormError("the connection ended before the answer was whole")

    def _read_head(self, data: bytes) -> bytes:
        """Return what follows the head; ``status`` stays 0 while it is not whole."""
        self._buffer += data
        while not self.status:
            head, found, rest = self._buffer.partition(_HEAD_END)
            if not found:
                if len(head) > _LARGEST_HEAD:
                    raise HttpFormError("the answer's head has no end")
                return b""
            self._buffer = rest
            status = _status(head)
            # An interim answer, such as 103, announces the real one.
            if status >= HTTPStatus.OK:
                self._take_head(status, head)
        rest, self._buffer = self._buffer, b""
        if self._whole and rest:
            raise HttpFormError("bytes came after the answer")
        return rest

    def _take_head(self, status: int, head: bytes) -> None:
        self.status = status
        self.headers = _headers(head)
        length = self.headers.get("content-length")
        if status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
            length = "0"
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            self._framing = "chunked"
        elif length is not None:
            self._framing = "length"
            self._left = _number(length.encode("latin-1"), 10)
            self._whole = self._left == 0

    def _read_chunks(self, data: bytes) -> bytes:
        parts = []
        place = 0
        while place < len(data):
            if self._whole:
                raise HttpFormError("bytes came after the answer")
            if self._left:
                end = min(place + self._left, len(data))
                n_body = max(0, self._left - _N_ENDING)
                parts.append(data[place : min(end, place + n_body)])
                self._left -= end - place
                place = end
            else:
                place = self._read_line(data, place)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _read_line(self, data: bytes, place: int) -> int:
        """Read the line that begins at ``place``, if it ends in ``data``; return what follows."""
        end = data.find(b"\n", place)
        if end < 0:
            self._buffer += data[place:]
            if len(self._buffer) > _LARGEST_LINE:
                raise HttpFormError("a chunk's head has no end")
            return len(data)
        line = (self._buffer + data[place:end]).strip()
        self._buffer = b""
        if self._in_trailer:
            self._whole = not line
        else:
            n_bytes = _number(line.partition(b";")[0].strip(), 16)
            self._in_trailer = n_bytes == 0
            self._left = n_bytes + _N_ENDING if n_bytes else 0
        return end + 1


def _status(head: bytes) -> int:
    words = head.split(b"\r\n", 1)[0].split(b" ", 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or len(words[1]) != 3:  # noqa: PLR2004 - "HTTP/1.1 200 OK"
        raise HttpFormError("the answer does not begin as HTTP/1.1 does")
    return _number(words[1], 10)


def _headers(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _number(digits: bytes, radix: int) -> int:
    if not digits.isalnum():  # int() would take signs, underscores and spaces
        raise HttpFormError(f"{digits[:20]!r} is no number of bytes")
    try:
        return int(digits, radix)
    except ValueError:
        raise HttpFormError(f"{digits[:20]!r} is no number of bytes") from None
