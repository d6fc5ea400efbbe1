"""How far a run can be trusted, in words: its status, and all that a reader must know first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from harness.core.run import Evaluation, Manifest, Run, Status
from harness.reports.disturbed_suites import warnings_of_twins
from harness.reports.number_format import format_count, format_number
from harness.reports.timing_facts import load_count


class Severity(StrEnum):
    """How loud an alert is."""

    GRAVE = "grave"
    """The numbers do not stand for the whole question."""
    CAUTION = "caution"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something to know before reading a number."""

    severity: Severity
    title: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A run's status in one sentence, with its counts."""

    n_samples: int
    n_answered: int
    n_failed: int
    counts: str
    """Such as ``1,193 of 1,200 samples answered; 7 failed``."""
    sentence: str
    """The same after the word for how the run ended."""


_ENDINGS = {
    Status.COMPLETE: "complete",
    Status.INCOMPLETE: "incomplete",
    Status.INTERRUPTED: "interrupted",
    Status.RUNNING: "not finished",
}

_WARNINGS = {
    Status.INCOMPLETE: (
        "This run is incomplete",
        "It ended with too few samples answered, or lost a model; the numbers describe the rest.",
    ),
    Status.INTERRUPTED: (
        "This run was interrupted",
        "It was stopped before its end; the numbers describe only what was answered until then.",
    ),
    Status.RUNNING: (
        "This run has not finished",
        "It is still going, or was killed; the numbers describe only what had been kept.",
    ),
}


def standing(manifest: Manifest) -> Standing:
    """Add up the evaluations and say how the run ended."""
    n_samples = sum(evaluation.n_samples for evaluation in manifest.evaluations)
    n_answered = sum(evaluation.n_answered for evaluation in manifest.evaluations)
    n_failed = sum(evaluation.n_failed for evaluation in manifest.evaluations)
    counts = f"{format_count(n_answered)} of {format_count(n_samples)} samples answered"
    n_open = n_samples - n_answered - n_failed
    parts = [f"{format_count(n_failed)} failed"] if n_failed else []
    parts += [f"{format_count(n_open)} not asked"] if n_open > 0 else []
    counts = f"{counts}; {', '.join(parts)}" if parts else counts
    return Standing(
        n_samples=n_samples,
        n_answered=n_answered,
        n_failed=n_failed,
        counts=counts,
        sentence=f"{_ENDINGS[manifest.status]}: {counts}",
    )


def alerts(run: Run) -> tuple[Alert, ...]:
    """Return everything a reader must know first, the gravest first."""
    found = [*_grave(run), *_cautions(run.manifest), *_notes(run.manifest)]
    order = list(Severity)
    return tuple(sorted(found, key=lambda alert: order.index(alert.severity)))


def failure_counts(evaluations: Iterable[Evaluation]) -> dict[str, int]:
    """Add failures up by kind, the most frequent first."""
    total: Counter[str] = Counter()
    for evaluation in evaluations:
        total.update(evaluation.failures)
    return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))


def is_below_floor(evaluation: Evaluation, manifest: Manifest) -> bool:
    """Tell whether too few samples were scored for the numbers to stand for the suite."""
    return evaluation.coverage < manifest.min_coverage


def coverage_sentence(evaluation: Evaluation, manifest: Manifest) -> str:
    """Say how many were answered and read, and which share was asked for."""
    unreadable = ""
    if evaluation.n_unreadable:
        unreadable = f", {format_count(evaluation.n_unreadable)} of the answers unreadable"
    return (
        f"{evaluation.suite} on {evaluation.model}: {format_count(evaluation.n_answered)} of "
        f"{format_count(evaluation.n_samples)} samples answered{unreadable} (coverage "
        f"{format_number(evaluation.coverage)}), below the floor of "
        f"{format_number(manifest.min_coverage)}"
    )


def _grave(run: Run) -> Iterator[Alert]:
    manifest = run.manifest
    if manifest.status in _WARNINGS:
        title, sentence = _WARNINGS[manifest.status]
        yield Alert(severity=Severity.GRAVE, title=title, sentence=sentence)
    if not any(estimate.value is not None for estimate in run.estimates):
        yield Alert(
            severity=Severity.GRAVE,
            title="Nothing was measured",
            sentence="There is no number to decide by; this is never a pass.",
        )
    for evaluation in manifest.evaluations:
        if evaluation.error:
            yield Alert(
                severity=Severity.GRAVE,
                title="A suite could not be carried out",
                sentence=f"{evaluation.suite} on {evaluation.model}: {evaluation.error}",
            )
        elif is_below_floor(evaluation, manifest):
            yield Alert(
                severity=Severity.GRAVE,
                title="Coverage is below the floor",
                sentence=coverage_sentence(evaluation, manifest),
            )


def _cautions(manifest: Manifest) -> Iterator[Alert]:
    counts = failure_counts(manifest.evaluations)
    if counts:
        total = sum(counts.values())
        kinds = ", ".join(f"{format_count(n)} {kind}" for kind, n in counts.items())
        noun = "sample" if total == 1 else "samples"
        yield Alert(
            severity=Severity.CAUTION,
            title=f"{format_count(total)} {noun} failed",
            sentence=f"{kinds}. Failures are counted here and never scored as wrong answers.",
        )
    for evaluation in manifest.evaluations:
        yield from _of_timing(evaluation)
    of_twins = warnings_of_twins(manifest)
    for warning in manifest.warnings:
        is_told = any(evaluation.tells_of(warning) for evaluation in manifest.evaluations)
        if not is_told and warning not in of_twins[1:]:
            n_more = len(of_twins) - 1 if warning in of_twins else 0
            more = f" ({format_count(n_more)} more of disturbed suites below)" if n_more else ""
            yield Alert(severity=Severity.CAUTION, title="Warning", sentence=f"{warning}{more}")


def _of_timing(evaluation: Evaluation) -> Iterator[Alert]:
    """Tell once for all loads what keeps times from being relied on."""
    for told, severity, title in (
        (evaluation.breaches, Severity.GRAVE, "Times that are not valid"),
        (evaluation.unstable, Severity.CAUTION, "The machine was not steady"),
    ):
        if told:
            load, texts = next(iter(told.items()))
            n_more = sum(map(len, told.values())) - 1
            more = f" ({format_count(n_more)} more below)" if n_more else ""
            place = f"{evaluation.suite} on {evaluation.model}, {load_count(told)}"
            sentence = f"{place}: {load}, {texts[0].rstrip('.')}{more}."
            yield Alert(severity=severity, title=title, sentence=sentence)


def _notes(manifest: Manifest) -> Iterator[Alert]:
    if manifest.limit is not None:
        yield Alert(
            severity=Severity.NOTE,
            title="A part of the data",
            sentence=(
                f"Each suite was limited to {format_count(manifest.limit)} samples, drawn with "
                f"seed {manifest.seed}; intervals describe what such a draw can tell."
            ),
        )
