"""Addresses inside the page: stable between runs, safe for any name."""

from __future__ import annotations

import re
from hashlib import sha256

_NOT_PLAIN = re.compile(r"[^a-z0-9]+")
_MAX_SLUG = 40


def anchor(*names: str) -> str:
    """Return an id made of the names; names that only differ in other letters stay apart.

    >>> anchor("suite", "movie reviews")
    'suite-movie-reviews-eb2e04'
    """
    slug = _NOT_PLAIN.sub("-", "-".join(names).lower()).strip("-")[:_MAX_SLUG]
    digest = sha256("\n".join(names).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{slug}-{digest[:6]}"
