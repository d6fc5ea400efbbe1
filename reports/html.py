"""The report as one HTML file that opens from disk and asks nothing of the network."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import ClassVar

from harness.core.errors import ConfigError
from harness.core.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlRenderer:
    """Writes the page that people decide by. The same run gives the same bytes."""

    suffix: ClassVar[str] = ".html"

    max_samples: int = 200
    """Samples shown of each suite and model: all failures first, then a seeded random draw."""
    max_characters: int = 4000
    """Characters shown of each prompt, answer and target; the run folder keeps them whole."""
    charts: bool = True
    """False leaves the charts out: a page of some 100 kB without any script library."""

    def __post_init__(self) -> None:
        """Refuse impossible sizes.

        Raises:
            ConfigError: a size below what can be shown.
        """
        if self.max_samples < 0:
            raise ConfigError("report.max_samples", "cannot be negative", "write 0 for none")
        if self.max_characters < 1:
            raise ConfigError("report.max_characters", "must be positive", "write 4000")

    def render(self, run: Run) -> str:
        """Return the page."""
        from harness.reports.page import render_page

        return render_page(
            run,
            max_samples=self.max_samples,
            max_characters=self.max_characters,
            has_charts=self.charts,
        )

    def embed(self, run: Run) -> str:
        """Return the page in a frame for a notebook's output.

        The frame is sandboxed: scripts run, but as a stranger to the notebook's own page.
        """
        document = escape(self.render(run))
        return (
            '<iframe title="Audit report" sandbox="allow-scripts" '
            'style="width:100%;height:46rem;border:0" '
            f'srcdoc="{document}"></iframe>'
        )
