"""When to send again, and how long to wait before."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_MAY_PASS = frozenset({408, 409, 425, 429})
"""Too slow, in conflict with another request, too early, too many: nothing is wrong with it."""
_SERVER_ERRORS = range(500, 600)


def is_worth_retrying(status: int) -> bool:
    """Tell whether the same request may succeed later: 408, 409, 425, 429 and 5xx.

    >>> [is_worth_retrying(status) for status in (400, 408, 429, 500, 503)]
    [False, True, True, True, True]
    """
    return status in _MAY_PASS or status in _SERVER_ERRORS


def asked_wait_s(header: str | None, now: datetime) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks for, or None when it asks nothing.

    The header is a number of seconds or an HTTP date (RFC 9110, section 10.2.3).

    >>> now = datetime(2024, 1, 1, 0, 0, 0, tzinfo=UTC)
    >>> asked_wait_s("Mon, 01 Jan 2024 00:00:07 GMT", now)
    7.0
    """
    if header is None:
        return None
    text = header.strip()
    # Some servers send fractions, which the standard does not know and we do not mind.
    if text.replace(".", "", 1).isdecimal() and text.isascii():
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return max(0.0, (date - now).total_seconds())


def random_wait_s(first_s: float, longest_s: float, n_attempts: int, seed: str) -> float:
    """Return a pause from 0 to ``first_s`` · 2^(``n_attempts`` - 1), evenly ("full jitter").

    Requests that failed together so do not come back together (M. Brooker, "Exponential backoff
    and jitter", AWS Architecture Blog, 2015).

    Args:
        first_s: longest pause after the first attempt.
        longest_s: longest pause at all.
        n_attempts: attempts made so far, from 1.
        seed: names the request, so that a run's pauses can be repeated.
    """
    # Doubling stops where any pause is the longest one: 2.0 ** 2000 would be an OverflowError.
    ceiling = min(longest_s, first_s * 2.0 ** min(n_attempts - 1, 60))
    return random.Random(f"{seed}/{n_attempts}").uniform(0, ceiling)  # noqa: S311 - no secret
