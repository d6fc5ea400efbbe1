"""The head of a compared report: the verdict, what it counts, and which two runs it is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from harness.core.comparison import Comparison
from harness.core.history import Alarm
from harness.core.judgement import Judgement
from harness.core.run import Manifest, Status
from harness.core.verdict import GRAVEST_FIRST, Verdict
from harness.reports.number_format import (
    format_count,
    format_duration,
    format_level,
    format_number,
    format_p,
    format_time,
)
from harness.reports.standing import Alert, Severity, standing
from harness.reports.verdict_badge import Badge, badge

_MAX_SENTENCES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCard:
    """One of the two runs."""

    role: str
    """``Baseline`` or ``Candidate``."""
    name: str
    run_id: str
    set_as: str
    """Name under which it was set as a baseline; empty where it has none."""
    models: tuple[tuple[str, str], ...]
    """Names, and fingerprints where they are known."""
    started: str
    took: str
    seed: int
    commit: str
    status: Status
    counts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertGroup:
    """Alerts of one kind, under one title."""

    severity: Severity
    title: str
    sentences: tuple[str, ...]
    """At most ``_MAX_SENTENCES``."""
    n_left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictView:
    """What the banner says."""

    badge: Badge
    reason: str
    """Why nothing may be said, where the verdict is that; else empty."""
    sentence: str
    counts: tuple[tuple[int, Badge], ...]
    """Gates by verdict, the gravest first, without those that no gate came to."""
    rule: str
    """How it was decided, in a sentence."""
    baseline: RunCard
    candidate: RunCard
    alerts: tuple[AlertGroup, ...]
    """What to know before any number, of the comparison and of the candidate's run."""


def verdict_view(judgement: Judgement, own_alerts: Iterable[Alert] = ()) -> VerdictView:
    """Return the head of a compared report.

    Args:
        judgement: what was said.
        own_alerts: those of the candidate's run.
    """
    comparison = judgement.comparison
    counts = Counter(finding.verdict for finding in judgement.gates)
    return VerdictView(
        badge=badge(judgement.verdict),
        reason=reason_against_judging(judgement),
        sentence=judgement.sentence,
        counts=tuple((counts[each], badge(each)) for each in GRAVEST_FIRST if counts[each]),
        rule=_rule(judgement),
        baseline=run_card(
            _only(comparison.baseline, (pair.baseline_model for pair in comparison.pairs)),
            "Baseline",
            set_as=judgement.baseline_name,
        ),
        candidate=run_card(
            _only(comparison.candidate, (pair.candidate_model for pair in comparison.pairs)),
            "Candidate",
        ),
        alerts=grouped([*judgement_alerts(judgement), *own_alerts]),
    )


def _only(manifest: Manifest, models: Iterable[str]) -> Manifest:
    """Return a run with only the models that were compared, or whole where none was."""
    names = set(models)
    if not names:
        return manifest
    return replace(
        manifest,
        models={name: parts for name, parts in manifest.models.items() if name in names},
        evaluations=tuple(done for done in manifest.evaluations if done.model in names),
    )


def run_card(manifest: Manifest, role: str, *, set_as: str = "") -> RunCard:
    """Return a run as one side of a comparison."""
    return RunCard(
        role=role,
        name=manifest.name,
        run_id=manifest.run_id,
        set_as=set_as,
        models=tuple(
            (name, parts.get("fingerprint", "")) for name, parts in manifest.models.items()
        ),
        started=format_time(manifest.started_at),
        took=format_duration(manifest.started_at, manifest.ended_at),
        seed=manifest.seed,
        commit=manifest.git.get("commit", ""),
        status=manifest.status,
        counts=standing(manifest).counts,
    )


def grouped(alerts: Iterable[Alert]) -> tuple[AlertGroup, ...]:
    """Put alerts of one severity and title together, in the order of the first of each."""
    groups: dict[tuple[Severity, str], list[str]] = {}
    for alert in alerts:
        groups.setdefault((alert.severity, alert.title), []).append(alert.sentence)
    return tuple(
        AlertGroup(
            severity=severity,
            title=title,
            sentences=tuple(sentences[:_MAX_SENTENCES]),
            n_left_out=max(0, len(sentences) - _MAX_SENTENCES),
        )
        for (severity, title), sentences in groups.items()
    )


def judgement_alerts(judgement: Judgement) -> tuple[Alert, ...]:
    """Return all that a reader must know before any difference, the gravest first."""
    found = [
        *_forced(judgement.comparison),
        *_invalid(judgement),
        *(alarm_alert(alarm) for alarm in judgement.alarms),
        *(
            Alert(severity=Severity.NOTE, title="Not gated", sentence=_stopped(text))
            for text in judgement.left_ungated
        ),
    ]
    order = list(Severity)
    return tuple(sorted(found, key=lambda alert: order.index(alert.severity)))


def alarm_alert(alarm: Alarm) -> Alert:
    """Say what the history of the line says of the newest value."""
    way = {True: "better", False: "worse", None: "other"}[alarm.is_better]
    again = "so was the run before" if alarm.is_confirmed else "the run before was not"
    severity = Severity.NOTE
    if alarm.is_better is False:
        severity = Severity.GRAVE if alarm.is_confirmed else Severity.CAUTION
    return Alert(
        severity=severity,
        title=f"{way.capitalize()} than its history",
        sentence=(
            f"{alarm.quantity.id} of {alarm.suite} on {alarm.model}: {format_number(alarm.value)} "
            f"beside a median of {format_number(alarm.median)} over {format_count(alarm.n)} runs "
            f"(z {format_number(alarm.z, digits=2)}, adjusted p {format_p(alarm.p_adjusted)}); "
            f"{again}."
        ),
    )


def _forced(comparison: Comparison) -> Iterator[Alert]:
    sentences = dict.fromkeys(m.sentence for pair in comparison.pairs for m in pair.mismatches)
    title = "Compared by force" if comparison.is_forced else "Not comparable"
    for sentence in sentences:
        yield Alert(severity=Severity.GRAVE, title=title, sentence=_stopped(sentence))


def _invalid(judgement: Judgement) -> Iterator[Alert]:
    severity = Severity.GRAVE if judgement.verdict is Verdict.INVALID else Severity.CAUTION
    told = {m.sentence for pair in judgement.comparison.pairs for m in pair.mismatches}
    for sentence in dict.fromkeys(judgement.invalid):
        if sentence not in told:
            yield Alert(severity=severity, title="Not judged", sentence=_stopped(sentence))
    for sentence in judgement.comparison.unpaired:
        if sentence not in judgement.invalid:
            yield Alert(
                severity=Severity.NOTE, title="On one side only", sentence=_stopped(sentence)
            )


def reason_against_judging(judgement: Judgement) -> str:
    """Return the first reason of an invalid verdict, unless its sentence says it already."""
    if judgement.verdict is not Verdict.INVALID or not judgement.invalid:
        return ""
    first = judgement.invalid[0]
    return "" if first.rstrip(".") in judgement.sentence else _stopped(first)


def correction_words(judgement: Judgement) -> str:
    """Say over what p was corrected: the gates of all candidates that were judged together."""
    if judgement.policy.correction != "holm":
        return "not corrected"
    if judgement.n_candidates == 1:
        return "corrected by Holm"
    n_gates, n_candidates = map(format_count, (judgement.n_gates, judgement.n_candidates))
    return f"corrected by Holm over {n_gates} gates of {n_candidates} candidates"


def _stopped(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def _rule(judgement: Judgement) -> str:
    policy = judgement.policy
    source = f"policy {judgement.policy_source}" if judgement.policy_source else "default policy"
    return (
        f"By the {source}: alpha {format_number(policy.alpha)} over all gates, "
        f"{correction_words(judgement)}; "
        f"{format_level(judgement.comparison.level)} intervals; differences are candidate less "
        "baseline on the samples that both have."
    )
