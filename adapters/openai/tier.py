"""Where a server stands: on this machine, or on another one of unknown hardware."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from harness.core.load import Tier


def tier_of(base_url: str) -> Tier:
    """Return the tier; a name is looked up, and stays remote where nobody knows it.

    Names under ``localhost`` are of this machine whatever a name server says (RFC 6761), and so is
    every address of its own network interfaces.

    >>> tier_of("http://127.0.0.2:8080/v1"), tier_of("http://llm.localhost/v1")
    (<Tier.LOOPBACK: 'loopback'>, <Tier.LOOPBACK: 'loopback'>)
    """
    host = (urlsplit(base_url).hostname or "").removesuffix(".")
    if host == "localhost" or host.endswith(".localhost"):
        return Tier.LOOPBACK
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # the latter of a name that no name server could know
        return Tier.REMOTE
    is_here = bool(found) and all(_is_own(family, where) for family, *_, where in found)
    return Tier.LOOPBACK if is_here else Tier.REMOTE


def _is_own(family: int, where: tuple[str | int, ...] | tuple[int, bytes]) -> bool:
    """Tell whether an address is one of this machine: nobody can listen at another one's."""
    if ip_address(str(where[0]).partition("%")[0]).is_loopback:
        return True
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.bind(where)
    except OSError:
        return False
    return True
