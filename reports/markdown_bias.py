"""The section on bias in Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from harness.core.bias import Bias
from harness.reports.bias_table import overview_table
from harness.reports.bias_view import not_probed
from harness.reports.bias_words import scope_words, sentences
from harness.reports.markdown_text import plain_text
from harness.reports.table import Table


def bias_lines(found: Bias, table_lines: Callable[[Table], Iterator[str]]) -> Iterator[str]:
    """Yield what was probed, what was found, what is wrong with it, and what was not probed.

    Args:
        found: of a run.
        table_lines: writes a table.
    """
    yield "### Bias"
    yield ""
    yield from table_lines(overview_table(found))
    yield ""
    for one in found.probed:
        name = plain_text(f"{one.suite}, {one.model}")
        yield f"**{name}**: {plain_text(scope_words(one))}"
        yield ""
        for sentence in sentences(one):
            yield f"- {plain_text(sentence[:1].upper() + sentence[1:])}."
        yield f"- Known flaws: {plain_text('; '.join(one.flaws))}."
        yield ""
    for sentence in not_probed(found):
        yield f"> {plain_text(sentence)}."
        yield ""
