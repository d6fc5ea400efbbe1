"""The page on which any two runs are compared: a shell that its script fills in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from urllib.parse import quote

from harness.core.site import Card, Overview
from harness.reports.number_format import format_time
from harness.reports.page import environment, own_text, script_data
from harness.reports.site.addresses import COMPARE, run_data, run_page
from harness.reports.site.assets import dress
from harness.reports.site.run_list import clipped
from harness.reports.visible_text import visible_text
from harness.stats.quantiles import normal_quantile, t_quantile

_N_QUANTILES = 200
"""Degrees of freedom for which the page carries Student's quantile."""


def compare_address(baseline: str, candidate: str) -> str:
    """Return the address of a comparison; without a baseline the page proposes one."""
    # The page knows the ids as readers see them: without half characters, say.
    a, b = (quote(visible_text(run_id), safe="") for run_id in (baseline, candidate))
    return f"{COMPARE}#{f'a={a}&' if a else ''}b={b}"


def render_comparing(overview: Overview) -> str:
    """Return the page."""
    own = dress("site", "")
    return (
        environment()
        .get_template("site_compare.html")
        .render(
            title="Compare two runs",
            dress=own,
            loader=own_text(own.loader),
            runs=script_data(_entries(overview)),
            quantiles=script_data(_quantiles()),
        )
    )


def _entries(overview: Overview) -> Sequence[Mapping[str, str]]:
    before = {
        card.manifest.run_id: earlier.manifest.run_id
        for line in overview.lines
        for earlier, card in pairwise(line.cards)
    }
    return [_entry(card, before.get(card.manifest.run_id, "")) for card in overview.cards]


def _entry(card: Card, before: str) -> Mapping[str, str]:
    manifest = card.manifest
    words = (format_time(manifest.started_at), clipped(manifest.name), clipped(manifest.run_id))
    return {
        "id": manifest.run_id,
        "words": " · ".join(words),
        "page": run_page(manifest.run_id),
        "data": run_data(manifest.run_id),
        "before": before,
    }


@cache
def _quantiles() -> Mapping[str, object]:
    """Return Student's 0.975 quantiles by degrees of freedom, and the normal one."""
    table = [t_quantile(0.975, freedom) for freedom in range(1, _N_QUANTILES + 1)]
    return {"table": table, "z": normal_quantile(0.975)}
