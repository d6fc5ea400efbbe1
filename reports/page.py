"""The whole page: views of a run put into templates."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from harness.core.figure import FigureKind
from harness.core.machine import name_of_machine
from harness.core.run import Manifest, Run
from harness.reports import evaluation_tables as tables
from harness.reports.bias_view import bias_view
from harness.reports.charts import Chart
from harness.reports.comparison_view import comparison_view, history_view
from harness.reports.disturbed_suites import explained_suites
from harness.reports.estimate_tables import summary_table
from harness.reports.explanation_view import explanation_view
from harness.reports.number_format import (
    format_count,
    format_duration,
    format_level,
    format_time,
)
from harness.reports.page_script import (
    packed_plotly,
    page_script,
    page_style,
    security_policy,
)
from harness.reports.plain_data import script_json
from harness.reports.robustness_view import robustness_view
from harness.reports.sample_choice import Chosen, choose_samples
from harness.reports.sample_rows import Outcome, SampleRow, sample_row
from harness.reports.standing import alerts, standing
from harness.reports.suite_view import suite_views
from harness.reports.table import Table
from harness.reports.timing_facts import is_timed
from harness.reports.toml_text import toml_text
from harness.reports.tradeoff_view import tradeoff_view
from harness.reports.visible_text import visible_text

_MAX_ROWS = 1200
"""Samples in one page, shared by its suites and models: a browser stays quick below this."""
_MAX_SAMPLE_CHARACTERS = 1_500_000
_MIN_CHARACTERS = 200
_TEXTS_PER_ROW = 3
_SHORT_HASH = 12


def render_page(run: Run, *, max_samples: int, max_characters: int, has_charts: bool) -> str:
    """Return the HTML document of a run.

    Args:
        run: what to show.
        max_samples: samples shown of each suite and model.
        max_characters: characters shown of each prompt, answer and target.
        has_charts: False leaves out charts, and plotly.js with them.
    """
    is_compared = run.judgement is not None or bool(run.history)
    script = page_script(is_compared=is_compared)
    view = page_view(
        run, max_samples=max_samples, max_characters=max_characters, has_charts=has_charts
    )
    return (
        environment()
        .get_template("report.html")
        .render(
            view,
            policy=security_policy(script),
            style=own_text(
                page_style(
                    is_compared=is_compared,
                    is_disturbed=_has_texts(run),
                    is_explained=_is_explained(run),
                )
            ),
            script=own_text(script),
            plotly=own_text(packed_plotly()) if view["has_plots"] else None,
        )
    )


def page_view(
    run: Run, *, max_samples: int, max_characters: int, has_charts: bool
) -> dict[str, object]:
    """Return all that the template tells of a run; how the page is dressed is not among it."""
    manifest = run.manifest
    n_parts = max(1, len(manifest.evaluations))
    limit = min(max_samples, max(1, _MAX_ROWS // n_parts)) if max_samples else 0
    chosen = choose_samples(
        run.records,
        limit=limit,
        seed=manifest.seed,
        only_failures=explained_suites(manifest) if run.explanations else (),
    )
    suites = suite_views(run, has_charts=has_charts)
    all_suites = [one for suite in suites for one in (suite, *suite.twins)]
    models = _models(manifest)
    whole = [estimate for estimate in run.estimates if estimate.slice is None]
    judgement = run.judgement
    return {
        "compared": judgement and comparison_view(run, judgement, max_characters=max_characters),
        "compared_level": judgement.comparison.level if judgement else None,
        "history": history_view(run.history, judgement),
        "manifest": manifest,
        "has_plots": any(
            chart.panel is None
            for suite in all_suites
            for model in suite.models
            for chart in model.charts
        ),
        "standing": standing(manifest),
        "machine": name_of_machine(manifest) if is_timed(run) else "",
        "is_unstable": any(done.unstable for done in manifest.evaluations),
        "alerts": alerts(run),
        "tradeoff": tradeoff_view(run, has_charts=has_charts),
        "summary": summary_table(run),
        "robustness": robustness_view(run, has_charts=has_charts),
        "bias": bias_view(run),
        "explanations": explanation_view(run, has_charts=has_charts),
        "suites": suites,
        "suite_names": [suite.name for suite in all_suites],
        "chosen": chosen,
        "samples": _sample_rows(chosen, max_characters),
        "outcomes": list(Outcome),
        "definitions": tables.definition_table(whole, "All quantities of this report"),
        "provenance": _provenance(manifest),
        "models": models,
        "identities": [tables.pair_table(name, "Part", parts) for name, parts in models],
        "judges": [
            tables.pair_table(name, "Part", parts) for name, parts in manifest.judges.items()
        ],
        "spec": toml_text(manifest.spec),
    }


def chart_data(chart: Chart) -> Markup:
    """Return a chart's data for the inside of a script element."""
    return script_data({"kind": chart.kind, "title": chart.title, "data": chart.data})


def script_data(value: object) -> Markup:
    """Return data for the inside of a script element."""
    return Markup(script_json(value))  # noqa: S704 - script_json leaves nothing to close the element with


def own_text(text: str) -> Markup:
    """Mark text of ours, or base64, that goes into script and style elements as it is."""
    return Markup(text)  # noqa: S704 - files of this package alone come here


def _sample_rows(chosen: tuple[Chosen, ...], max_characters: int) -> list[SampleRow]:
    records = [record for part in chosen for record in part.records]
    share = _MAX_SAMPLE_CHARACTERS // max(1, _TEXTS_PER_ROW * len(records))
    limit = min(max_characters, max(_MIN_CHARACTERS, share))
    rows = [sample_row(record, max_characters=limit) for record in records]
    return sorted(rows, key=lambda row: row.outcome is not Outcome.FAILED)


def _provenance(manifest: Manifest) -> list[Table]:
    pairs = {
        "Hardware": ("Part", manifest.hardware),
        "Source code": ("Fact", manifest.git),
        "Packages": ("Package", manifest.packages),
    }
    return [
        tables.pair_table("The run", "Fact", tables.run_facts(manifest)),
        tables.work_table(manifest.evaluations),
        tables.hash_table(manifest.evaluations),
        *(tables.pair_table(title, *pair) for title, pair in pairs.items() if pair[1]),
    ]


def _models(manifest: Manifest) -> list[tuple[str, Mapping[str, str]]]:
    """Return names and identity parts in the order of the plan."""
    planned = (evaluation.model for evaluation in manifest.evaluations)
    names = dict.fromkeys([*planned, *manifest.models])
    return [(name, manifest.models.get(name, {})) for name in names]


def _finalize(value: object) -> object:
    """Make everything that a template prints visible; markup of ours is left alone."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return visible_text(value)
    return value


def _capitalised(text: str) -> str:
    """Return a sentence with its first letter large and the others as they are."""
    return text[:1].upper() + text[1:]


def _short_hash(text: str) -> str:
    return text[:_SHORT_HASH]


@cache
def environment() -> Environment:
    """Return the one place where templates are filled in, everything in them escaped."""
    made = Environment(
        loader=PackageLoader("harness.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        count=format_count,
        level=format_level,
        time=format_time,
        short=_short_hash,
        capitalise=_capitalised,
    )
    made.globals.update(chart_data=chart_data, duration=format_duration)
    return made


def _is_explained(run: Run) -> bool:
    """Tell whether there are coloured texts on the page."""
    flips = run.judgement.comparison.flips if run.judgement else ()
    return bool(run.explanations) or any(flip.explained for flip in flips)


def _has_texts(run: Run) -> bool:
    """Tell whether texts stand beside each other on the page."""
    kinds = {figure.kind for figures in run.figures.values() for figure in figures}
    has_any = bool(run.robustness or run.bias or run.explanations)
    return has_any or FigureKind.COUNTERFACTUAL_EXAMPLES in kinds
