"""Where a server stands: on this machine, or on another one of unknown hardware."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from harness.core.load import Tier


def tier_of(base_url: str) -> Tier:
    """Return the tier by the address alone; a name is not looked up.

    >>> tier_of("http://127.0.0.2:8080/v1"), tier_of("https://api.example.com/v1")
    (<Tier.LOOPBACK: 'loopback'>, <Tier.REMOTE: 'remote'>)
    """
    host = urlsplit(base_url).hostname or ""
    if host == "localhost":
        return Tier.LOOPBACK
    try:
        is_loopback = ip_address(host).is_loopback
    except ValueError:  # a name
        is_loopback = False
    return Tier.LOOPBACK if is_loopback else Tier.REMOTE
