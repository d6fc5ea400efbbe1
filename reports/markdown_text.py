"""Somebody else's text in Markdown: shown, and without any effect."""

from __future__ import annotations

import re
from collections.abc import Iterable

from harness.reports.visible_text import one_line

_SYNTAX = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$])")
_BACKTICKS = re.compile("`+")
_ADDRESS = re.compile(r"://|www\.|@", re.IGNORECASE)


def plain_text(text: str) -> str:
    r"""Return somebody else's text so that Markdown shows it and does nothing with it.

    Addresses, which most viewers turn into links, are shown as code.

    >>> plain_text("a|b *c*")
    'a\\|b \\*c\\*'
    """
    line = one_line(text)
    return code(line) if _ADDRESS.search(line) else _SYNTAX.sub(r"\\\1", line)


def code(text: str) -> str:
    """Return text as a code span that its own backticks cannot end.

    >>> code("a`b")
    '`` a`b ``'
    """
    line = one_line(text).replace("|", "\\|")
    longest = max((len(ticks) for ticks in _BACKTICKS.findall(line)), default=0)
    if not longest:
        return f"`{line}`"
    fence = "`" * (longest + 1)
    return f"{fence} {line} {fence}"


def table_row(cells: Iterable[str]) -> str:
    """Return one line of a table; the cells are Markdown already."""
    return f"| {' | '.join(cells)} |"
