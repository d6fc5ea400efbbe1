"""The table of word lists."""

from __future__ import annotations

from harness.sources.lexicons.catalogue import LEXICONS
from harness.sources.lexicons.fetching import packages_of


def word_list_table() -> str:
    """Return one row for each, by name."""
    rows = (
        f"| {lexicon.name} | {lexicon.holds} | {packages_of(lexicon)} | {lexicon.licence} |"
        for lexicon in LEXICONS
    )
    return "\n".join(["| list | holds | package | licence |", "|---|---|---|---|", *rows])
