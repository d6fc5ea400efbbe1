"""A suite's section of the page: for each model its numbers, charts, failures and slices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from harness.core.estimate import Estimate
from harness.core.figure import Figure, FigureKind
from harness.core.run import Evaluation, Run
from harness.reports.anchors import anchor
from harness.reports.charts import Chart, chart, slice_chart
from harness.reports.disturbed_suites import kept_below, twins_of, twins_words
from harness.reports.estimate_tables import in_slice_order, quantity_table, slice_tables
from harness.reports.evaluation_tables import definition_table, failure_table, signature_table
from harness.reports.load_marks import marks_of
from harness.reports.load_tables import LoadTables, load_tables, parted
from harness.reports.number_format import format_count, format_seconds
from harness.reports.panels.telemetry import why_no_energy
from harness.reports.standing import is_below_floor
from harness.reports.table import Table
from harness.reports.timing_facts import TimingFacts, timing_facts

_MAX_SLICE_CHARTS = 4
_FOLD_ABOVE = 14
_OF_SLICES = frozenset({FigureKind.LEARNING_CURVE, FigureKind.ACCURACY_BY_DEPTH})
"""Charts that show what charts of the slices would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelView:
    """One model on one suite."""

    anchor: str
    name: str
    facts: str
    error: str
    is_below_floor: bool
    timing: TimingFacts
    loads: LoadTables | None
    """Of quantities by round and load."""
    quantities: Table
    """All others."""
    is_folded: bool
    """True when there are so many quantities that the table starts closed."""
    charts: tuple[Chart, ...]
    folded: str
    """What is said of the charts that start closed; empty without any."""
    failures: Table | None
    slices: tuple[Table, ...]
    definitions: Table
    signatures: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteView:
    """One suite, model by model."""

    anchor: str
    name: str
    models: tuple[ModelView, ...]
    twins: tuple[SuiteView, ...] = ()
    """The same samples, their texts disturbed or attacked, or their answers explained."""
    twins_words: str = ""
    """How many of them, such as ``8 perturbations, 2 attacks``."""


def suite_views(run: Run, *, has_charts: bool) -> tuple[SuiteView, ...]:
    """Return the sections in the order of the plan, twins of a suite below their clean one."""
    estimates: dict[tuple[str, str], list[Estimate]] = {}
    for estimate in run.estimates:
        estimates.setdefault((estimate.model, estimate.suite), []).append(estimate)
    by_suite: dict[str, list[ModelView]] = {}
    for evaluation in _evaluations(run):
        of_this = estimates.get((evaluation.model, evaluation.suite), [])
        view = _model_view(run, evaluation, of_this, has_charts=has_charts)
        by_suite.setdefault(evaluation.suite, []).append(view)
    views = {
        name: SuiteView(anchor=anchor("suite", name), name=name, models=tuple(models))
        for name, models in by_suite.items()
    }
    twins = kept_below(run.manifest)
    return tuple(
        replace(
            view,
            twins=tuple(views[twin] for twin in twins_of(run.manifest, name)),
            twins_words=twins_words(run.manifest, name),
        )
        for name, view in views.items()
        if name not in twins
    )


def _evaluations(run: Run) -> tuple[Evaluation, ...]:
    """Planned evaluations, then one for each pair that only estimates know."""
    planned = {(e.model, e.suite): e for e in run.manifest.evaluations}
    for estimate in run.estimates:
        key = (estimate.model, estimate.suite)
        if key not in planned:
            planned[key] = Evaluation(model=key[0], suite=key[1], capability="", n_samples=0)
    return tuple(planned.values())


def _model_view(
    run: Run, evaluation: Evaluation, estimates: Sequence[Estimate], *, has_charts: bool
) -> ModelView:
    level = run.manifest.confidence_level
    whole = [e for e in estimates if e.slice is None]
    rounds, samples = parted(whole)
    sliced = in_slice_order([e for e in estimates if e.slice is not None])
    figures = run.figures.get((evaluation.model, evaluation.suite), ())
    is_curve_drawn = any(figure.kind in _OF_SLICES for figure in figures)
    slice_charts = () if is_curve_drawn else _slice_charts(sliced, whole)
    marks = marks_of(evaluation)
    charts = (*(chart(figure, marks) for figure in figures), *slice_charts)
    return ModelView(
        anchor=anchor("suite", evaluation.suite, evaluation.model),
        name=evaluation.model,
        facts=_facts(evaluation),
        error=evaluation.error,
        is_below_floor=is_below_floor(evaluation, run.manifest),
        timing=timing_facts(evaluation),
        loads=load_tables(rounds, level, marks, why_no_energy=_why_no_energy(figures)),
        quantities=quantity_table(samples, level),
        is_folded=len(samples) > _FOLD_ABOVE,
        charts=charts if has_charts else (),
        folded=_folded(charts) if has_charts else "",
        failures=_failures(evaluation),
        slices=slice_tables(sliced, whole, level),
        definitions=definition_table(whole, "Definitions"),
        signatures=signature_table(evaluation, whole),
    )


def _folded(charts: Sequence[Chart]) -> str:
    titles = [chart.title for chart in charts if chart.is_folded]
    noun = "chart" if len(titles) == 1 else "charts"
    return f"Steady loads, one by one: {format_count(len(titles))} {noun}" if titles else ""


def _why_no_energy(figures: Sequence[Figure]) -> str:
    """Return the first reason for which the energy of a load was not read."""
    watched = (figure.data for figure in figures if figure.kind is FigureKind.TELEMETRY)
    return next(filter(None, map(why_no_energy, watched)), "")


def _failures(evaluation: Evaluation) -> Table | None:
    if not evaluation.failures:
        return None
    return failure_table(evaluation.failures, evaluation.n_samples)


def _facts(evaluation: Evaluation) -> str:
    n = f"{format_count(evaluation.n_answered)} of {format_count(evaluation.n_samples)} answered"
    facts = [n]
    if evaluation.n_failed:
        facts.append(f"{format_count(evaluation.n_failed)} failed")
    if evaluation.capability:
        facts.append(f"model {evaluation.capability}")
    if evaluation.wall_s:
        facts.append(format_seconds(evaluation.wall_s))
    n_tokens = evaluation.n_input_tokens + evaluation.n_output_tokens
    if n_tokens:
        facts.append(f"{format_count(n_tokens)} tokens")
    return " · ".join(facts)


def _slice_charts(sliced: Sequence[Estimate], whole: Sequence[Estimate]) -> tuple[Chart, ...]:
    totals: Mapping[str, Estimate] = {e.quantity.id: e for e in whole}
    groups: dict[tuple[str, str], list[Estimate]] = {}
    for e in sliced:
        if e.slice:
            groups.setdefault((e.slice[0], e.quantity.id), []).append(e)
    # A gap between slices has no value within one: nothing would be drawn.
    drawn = [one for one in groups.items() if any(e.value is not None for e in one[1])]
    chosen = drawn[:_MAX_SLICE_CHARTS]
    return tuple(slice_chart(column, peers, totals.get(id_)) for (column, id_), peers in chosen)
