"""Answers of HTTP/1.1 are read the same however their bytes are cut."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.adapters.openai.http_answer import HttpAnswer, HttpFormError


def chunked(*parts: bytes, extension: bytes = b"", trailer: bytes = b"") -> bytes:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks = b"".join(b"%x%s\r\n%s\r\n" % (len(part), extension, part) for part in parts)
    return head + chunks + b"0\r\n" + trailer + b"\r\n"


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[start:end] for start, end in pairwise(edges)]


def fed(pieces: list[bytes]) -> tuple[HttpAnswer, bytes]:
    answer = HttpAnswer()
    return answer, b"".join([answer.feed(piece) for piece in pieces])


@settings(deadline=None)
@given(
    parts=st.lists(st.binary(min_size=1, max_size=40), max_size=5),
    places=st.lists(st.integers(0, 10**6), max_size=30),
    extension=st.sampled_from([b"", b";name=value"]),
    trailer=st.sampled_from([b"", b"Expires: 0\r\n"]),
)
def test_chunks_are_put_together(
    parts: list[bytes], places: list[int], extension: bytes, trailer: bytes
) -> None:
    data = chunked(*parts, extension=extension, trailer=trailer)
    answer, body = fed(cut(data, places))
    assert body == b"".join(parts)
    assert answer.is_whole
    assert answer.keeps_connection
    assert answer.status == 200


@settings(deadline=None)
@given(body=st.binary(max_size=60), places=st.lists(st.integers(0, 10**6), max_size=20))
def test_a_body_of_known_length_ends_by_itself(body: bytes, places: list[int]) -> None:
    head = b"HTTP/1.1 429 Slow down\r\ncontent-LENGTH: %d\r\nRetry-After: 3\r\n\r\n" % len(body)
    answer, found = fed(cut(head + body, places))
    assert found == body
    assert answer.is_whole
    assert answer.status == 429
    assert answer.headers["retry-after"] == "3"


def test_a_body_without_length_ends_with_the_connection() -> None:
    answer, body = fed([b"HTTP/1.1 200 OK\r\n\r\nab", b"cd"])
    assert body == b"abcd"
    was_whole = answer.is_whole
    answer.end()
    assert (was_whole, answer.is_whole) == (False, True)
    assert not answer.keeps_connection


def test_an_interim_answer_is_passed_over() -> None:
    answer, body = fed([b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + chunked(b"ab")])
    assert (answer.status, body) == (200, b"ab")


def test_an_answer_without_content_is_whole_at_once() -> None:
    answer, body = fed([b"HTTP/1.1 204 No Content\r\n\r\n"])
    assert answer.is_whole
    assert body == b""


def test_a_server_that_closes_keeps_no_connection() -> None:
    answer, _ = fed([b"HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n"])
    assert answer.is_whole
    assert not answer.keeps_connection


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\nab\r\n",
        chunked(b"ab") + b"HTTP/1.1 200 OK\r\n",
        b"x" * 70_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"0" * 5000,
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(HttpFormError):
        fed([data])


@pytest.mark.parametrize("n_bytes", [0, 5, 60])
def test_an_answer_that_breaks_off_is_not_whole(n_bytes: int) -> None:
    answer, _ = fed([chunked(b"abcdefgh", b"ijkl")[:n_bytes]])
    with pytest.raises(HttpFormError):
        answer.end()
