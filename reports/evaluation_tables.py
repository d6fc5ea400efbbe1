"""Tables of what surrounds the numbers: failures, definitions, signatures, identities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from harness.core.estimate import Estimate
from harness.core.response import FailureKind
from harness.core.run import Evaluation, Manifest
from harness.reports.estimate_tables import DIRECTION_WORDS
from harness.reports.number_format import (
    ABSENT,
    MINUS,
    format_count,
    format_number,
    format_seconds,
)
from harness.reports.table import Cell, Column, Table, text_table

_KIND_WORDS = {
    FailureKind.TIMEOUT: "no answer in time",
    FailureKind.RATE_LIMITED: "the server asked to wait for longer than allowed",
    FailureKind.SERVER_ERROR: "the server failed",
    FailureKind.REJECTED: "refused",
    FailureKind.UNREACHABLE: "no connection",
    FailureKind.CRASHED: "the program that should have answered raised or died",
    FailureKind.PROTOCOL: "something came back that is no answer in the agreed form",
    FailureKind.TOO_LONG: "longer than the model can take",
    FailureKind.OUT_OF_MEMORY: "memory ran out",
    FailureKind.MISSING: "the replayed run holds no answer",
    FailureKind.UNDISTURBED: "the text could not be disturbed, and was not asked about",
}


def failure_table(failures: Mapping[str, int], n_samples: int) -> Table:
    """Return failures by kind, the most frequent first."""
    ranked = sorted(failures.items(), key=lambda item: (-item[1], item[0]))
    rows = [
        (
            Cell(kind),
            Cell(format_count(n), order=n),
            Cell(format_number(n / n_samples if n_samples else None, digits=2), order=n),
            Cell(_words(kind)),
        )
        for kind, n in ranked
    ]
    columns = (
        Column(title="Kind"),
        Column(title="Samples", is_number=True),
        Column(title="Share of all", is_number=True),
        Column(title="What happened"),
    )
    return text_table("Failures by kind", columns, rows)


def signature_table(evaluation: Evaluation, estimates: Sequence[Estimate]) -> Table:
    """Return how each quantity of one suite and model was made; its loads are one row."""
    signatures = evaluation.metric_signatures
    first = {(_stem(e.metric), e.quantity.stem, e.signature): e for e in reversed(estimates)}
    rows = [
        (
            e.quantity.stem,
            _stem(e.metric),
            e.interval.method if e.interval else ABSENT,
            Cell(format_count(e.seed), order=e.seed),
            e.signature or signatures.get(e.metric, "") or ABSENT,
        )
        for e in reversed(first.values())
    ]
    columns = (
        Column(title="Quantity"),
        Column(title="Metric"),
        Column(title="Interval method"),
        Column(title="Seed", is_number=True),
        Column(title="Signature", is_code=True),
    )
    return text_table("How each number was made", columns, rows)


def definition_table(estimates: Iterable[Estimate], caption: str) -> Table:
    """Return each quantity once, whatever the load, with its definition and range."""
    unique = {(_stem(e.metric), e.quantity.stem): e for e in estimates}
    rows = [
        (
            e.quantity.stem,
            _stem(e.metric),
            e.quantity.definition,
            f"{_bound(e.quantity.low, MINUS + '∞')} to {_bound(e.quantity.high, '∞')}",
            DIRECTION_WORDS[e.quantity.direction],
        )
        for e in unique.values()
    ]
    columns = (
        Column(title="Quantity"),
        Column(title="Metric"),
        Column(title="Definition"),
        Column(title="Range"),
        Column(title="Better"),
    )
    return text_table(caption, columns, rows)


def work_table(evaluations: Iterable[Evaluation]) -> Table:
    """Return what each evaluation took: samples, tokens, time."""
    rows = [
        (
            e.suite,
            e.model,
            e.capability,
            Cell(format_count(e.n_answered), order=e.n_answered),
            Cell(format_count(e.n_samples), order=e.n_samples),
            Cell(format_count(e.n_input_tokens), order=e.n_input_tokens),
            Cell(format_count(e.n_output_tokens), order=e.n_output_tokens),
            Cell(format_seconds(e.wall_s), order=e.wall_s),
            Cell(format_seconds(e.cpu_s), order=e.cpu_s),
        )
        for e in evaluations
    ]
    counts = ("Answered", "Samples", "Tokens in", "Tokens out", "Wall time", "CPU time")
    columns = (
        Column(title="Suite"),
        Column(title="Model"),
        Column(title="Asked by", note="The capability that the suite used"),
        *(Column(title=title, is_number=True) for title in counts),
    )
    return text_table("What was carried out", columns, rows)


def hash_table(evaluations: Iterable[Evaluation]) -> Table:
    """Return what identifies each evaluation: code, data and model."""
    columns = (
        Column(title="Suite"),
        Column(title="Model"),
        *(
            Column(title=title, is_code=True)
            for title in ("Suite code", "Data", "Model fingerprint")
        ),
    )
    rows = [(e.suite, e.model, e.suite_hash, e.data_hash, e.model_fingerprint) for e in evaluations]
    return text_table("Hashes (SHA-256)", columns, rows)


def pair_table(caption: str, heading: str, pairs: Mapping[str, object]) -> Table:
    """Return a mapping as two columns, in the order of its keys' names."""
    columns = (Column(title=heading), Column(title="Value", is_code=True))
    rows = [(key, str(pairs[key])) for key in sorted(pairs)]
    return text_table(caption, columns, rows)


def run_facts(manifest: Manifest) -> dict[str, str]:
    """Return the run's own settings and times."""
    origin = {"rescored from": manifest.rescored_from} if manifest.rescored_from else {}
    return origin | {
        "run id": manifest.run_id,
        "schema version": str(manifest.schema_version),
        "status": manifest.status.value,
        "started": manifest.started_at,
        **({"resumed": ", ".join(manifest.resumed_at)} if manifest.resumed_at else {}),
        "ended": manifest.ended_at or ABSENT,
        "seed": str(manifest.seed),
        "limit": "none" if manifest.limit is None else str(manifest.limit),
        "confidence level": format_number(manifest.confidence_level),
        "coverage floor": format_number(manifest.min_coverage),
    }


def _stem(metric: str) -> str:
    """Return a metric's name without the load that it measures, if it measures one."""
    return metric.partition("@")[0]


def _words(kind: str) -> str:
    known = {item.value: words for item, words in _KIND_WORDS.items()}
    return known.get(kind, ABSENT)


def _bound(value: float | None, unbounded: str) -> str:
    return unbounded if value is None else format_number(value)
