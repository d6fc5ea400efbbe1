"""The numbers of one run as a script: the one kind of data that a page from disk can load."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from harness.core.estimate import Estimate
from harness.core.run import Evaluation
from harness.core.score import Direction
from harness.core.site import PublishedRun, SampleValues
from harness.reports.number_format import (
    format_interval,
    format_time,
    format_value,
    spread_of,
)
from harness.reports.plain_data import script_json

_SIGNS = {Direction.HIGHER: 1, Direction.LOWER: -1, Direction.NEITHER: 0}
_DIGITS = 9


def shard(published: PublishedRun) -> str:
    """Return a call of ``auditRun`` with the run's numbers; no text in it can end it."""
    manifest = published.run.manifest
    values = {(item.model, item.suite): item for item in published.values}
    estimates: dict[tuple[str, str], list[Estimate]] = {}
    for estimate in published.run.estimates:
        if estimate.slice is None:
            estimates.setdefault((estimate.model, estimate.suite), []).append(estimate)
    parts = [
        _part(
            evaluation,
            estimates.get((evaluation.model, evaluation.suite), []),
            values.get((evaluation.model, evaluation.suite)),
        )
        for evaluation in manifest.evaluations
    ]
    run = {
        "id": manifest.run_id,
        "name": manifest.name,
        "started": format_time(manifest.started_at),
        "status": manifest.status.value,
        "parts": parts,
    }
    return f"auditRun({script_json(run)});\n"


def _part(
    evaluation: Evaluation, estimates: Sequence[Estimate], values: SampleValues | None
) -> Mapping[str, object]:
    return {
        "model": evaluation.model,
        "suite": evaluation.suite,
        "data": evaluation.data_hash,
        "code": evaluation.suite_hash,
        "capability": evaluation.capability,
        "quantities": [_quantity(estimate) for estimate in _headlines_first(estimates)],
        "order": values.order if values else "",
        "clusters": values.clusters if values else None,
        "columns": _columns(values) if values else {},
    }


def _headlines_first(estimates: Sequence[Estimate]) -> list[Estimate]:
    return sorted(estimates, key=lambda e: not e.quantity.is_headline)


def _quantity(estimate: Estimate) -> Mapping[str, object]:
    return {
        "id": estimate.quantity.id,
        "metric": estimate.metric,
        "definition": estimate.quantity.definition,
        "better": _SIGNS[estimate.quantity.direction],
        "value": estimate.value,
        "spread": spread_of(estimate),
        "text": format_value(estimate),
        "interval": format_interval(estimate) if estimate.interval else "",
    }


def _columns(values: SampleValues) -> Mapping[str, list[float | int | None]]:
    return {name: [_short(value) for value in column] for name, column in values.columns.items()}


def _short(value: float) -> float | int | None:
    """Return a number in as few characters as nine digits need."""
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() and abs(value) < 10**_DIGITS else float(f"{value:.9g}")
