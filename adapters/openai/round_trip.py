"""How long the network alone takes: the floor under every latency of a server."""

from __future__ import annotations

import socket
from time import perf_counter
from urllib.parse import urlsplit

_TRIES = 5
_PATIENCE_S = 5.0
_PORTS = {"http": 80, "https": 443}


def round_trip_s(base_url: str) -> float | None:
    """Return the shortest time that a TCP connection took to open, which is one round trip.

    Args:
        base_url: of the server.

    Returns:
        Seconds; None where none could be opened.
    """
    parts = urlsplit(base_url)
    address = (parts.hostname or "", parts.port or _PORTS[parts.scheme])
    try:
        # Looked up once: a name server's time is no part of it.
        where = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)[0][4][:2]
        return min(_opened_in_s(str(where[0]), int(where[1])) for _ in range(_TRIES))
    except OSError:
        return None


def _opened_in_s(host: str, port: int) -> float:
    started = perf_counter()
    with socket.create_connection((host, port), timeout=_PATIENCE_S):
        return perf_counter() - started
