"""Server-sent events in bytes that came in pieces, each event with the moment it was whole.

As far as APIs of language models use them: ``data`` lines, ended by an empty line; comments and
all other fields are passed over. (WHATWG HTML, "Server-sent events".)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def events(pieces: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    r"""Yield the data of each event with the time of the piece that ended it.

    >>> list(events([(10, b'data: {"a"'), (20, b': 1}\n\ndata: [D'), (30, b"ONE]\n\n")]))
    [(20, b'{"a": 1}'), (30, b'[DONE]')]
    """
    rest = b""
    data: list[bytes] = []
    at_ns = 0
    for at_ns, piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            content = line.removesuffix(b"\r")
            if not content and data:
                yield at_ns, b"\n".join(data)
                data = []
            elif content.startswith(b"data:"):
                data.append(content[5:].removeprefix(b" "))
    # A stream that ends without its last empty line has said what it had to say all the same.
    if rest.startswith(b"data:"):
        data.append(rest[5:].removeprefix(b" ").removesuffix(b"\r"))
    if data:
        yield at_ns, b"\n".join(data)
