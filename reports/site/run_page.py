"""The page of one run: the report in the site's dress."""

from __future__ import annotations

from harness.core.site import PublishedRun
from harness.reports.page import environment, own_text, page_view
from harness.reports.site.addresses import line_page, run_page
from harness.reports.site.assets import dress
from harness.reports.site.comparing import compare_address
from harness.reports.site.run_list import clipped


def render_run(published: PublishedRun, *, max_samples: int, max_characters: int) -> str:
    """Return the page of a run; what it says is what the run's own report says.

    Args:
        published: the run.
        max_samples: samples shown of each suite and model.
        max_characters: characters shown of each prompt, answer and target.
    """
    manifest, previous = published.run.manifest, published.previous
    view = page_view(
        published.run, max_samples=max_samples, max_characters=max_characters, has_charts=True
    )
    judgement = published.run.judgement
    other = judgement.comparison.baseline if judgement else previous
    compared_with = "the baseline" if judgement else "the run before" if previous else "another run"
    own = dress("report", "../", has_plots=bool(view["has_plots"]))
    return (
        environment()
        .get_template("site_run.html")
        .render(
            view,
            dress=own,
            loader=own_text(own.loader),
            line=clipped(manifest.line),
            line_address=line_page(manifest.line),
            previous=run_page(previous.run_id) if previous else "",
            compared_with=compared_with,
            compare=compare_address(other.run_id if other else "", manifest.run_id),
            report=published.report,
        )
    )
