"""All runs as a folder of HTML pages that opens from disk and asks nothing of the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.core.errors import ConfigError
from harness.core.site import Line, Overview, PublishedRun


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlSite:
    """Writes an index, a page for each run and line, and one on which any two runs are compared."""

    max_samples: int = 25
    """Samples shown of each suite and model of a run; the run's own report shows more."""
    max_characters: int = 1000
    """Characters shown of each prompt, answer and target."""

    def __post_init__(self) -> None:
        """Refuse impossible sizes.

        Raises:
            ConfigError: a size below what can be shown.
        """
        if self.max_samples < 0:
            raise ConfigError("site.max_samples", "cannot be negative", "write 0 for none")
        if self.max_characters < 1:
            raise ConfigError("site.max_characters", "must be positive", "write 1000")

    @property
    def version(self) -> str:
        """Hash of the code, of plotly.js and of the options."""
        from harness.core.identity import hash_json
        from harness.reports.site.assets import code_hash, plotly_path

        return hash_json([code_hash(), plotly_path(), self.max_samples, self.max_characters])

    def shared(self) -> Mapping[str, str]:
        """Return style sheet and scripts, each named after the hash of its content."""
        from harness.reports.site.assets import shared_documents

        return shared_documents()

    def run(self, published: PublishedRun) -> Mapping[str, str]:
        """Return a run's page, and its numbers for the page of comparisons."""
        from harness.reports.site.addresses import run_data, run_page
        from harness.reports.site.run_page import render_run
        from harness.reports.site.shard import shard

        run_id = published.run.manifest.run_id
        page = render_run(
            published, max_samples=self.max_samples, max_characters=self.max_characters
        )
        return {run_page(run_id): page, run_data(run_id): shard(published)}

    def line(self, line: Line) -> Mapping[str, str]:
        """Return a line's page, and its values as CSV."""
        from harness.reports.site.addresses import line_page, line_table
        from harness.reports.site.line_page import line_csv, render_line

        return {line_page(line.name): render_line(line), line_table(line.name): line_csv(line)}

    def whole(self, overview: Overview) -> Mapping[str, str]:
        """Return the index and the page of comparisons."""
        from harness.reports.site.addresses import COMPARE, INDEX
        from harness.reports.site.comparing import render_comparing
        from harness.reports.site.index_page import render_index

        return {INDEX: render_index(overview), COMPARE: render_comparing(overview)}
