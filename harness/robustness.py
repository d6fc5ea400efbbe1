"""Holds the disturbed suites of a run against the clean one, from what its folder keeps."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from harness.core.attacked import Outcome
from harness.core.response import FailureKind
from harness.core.robustness import Attacks, Disturbed, Example, Robustness, final_text
from harness.core.run import Evaluation, Record, Run
from harness.core.sample_scores import SampleScores
from harness.core.score import Direction
from harness.core.text_measures import Closeness, PairMeasured
from harness.engine.closeness import Unit, closeness_of
from harness.engine.compare import Side
from harness.engine.difference import N_SLICE, Settings
from harness.engine.disturbed_answers import Readings, answers_of, flipped_ids
from harness.engine.robustness import PerSample, corrected, drops_of, overall_of, values_on_each
from harness.store.readings import Reading, read_readings
from harness.store.sample_scores import read_scores
from harness.store.samples_file import StoredRecords
from harness.store.text_mark import text_mark
from harness.store.text_measures_file import read_text_measures
from harness.stored_metrics import StoredMetrics, stored_metrics

MAX_EXAMPLES = 3
"""Samples shown of each perturbation and each attack."""

_Key = tuple[str, str]
_Chosen = tuple[str, str, str]
"""Label, suite, sample id."""


def with_robustness(run: Run, folder: Path) -> Run:
    """Return the run with its disturbed suites held against their clean ones, where it has any.

    Raises:
        StoreError: the records are missing or damaged.
    """
    return replace(run, robustness=robustness(run, folder))


def robustness(run: Run, folder: Path) -> tuple[Robustness, ...]:
    """Compare each disturbed suite with its clean one, model by model, sample by sample.

    Args:
        run: as loaded from ``folder``.
        folder: its folder.

    Returns:
        One for each model and clean suite with a disturbed twin, in the order of the run.

    Raises:
        StoreError: the records are missing or damaged.
    """
    done = run.manifest.evaluations
    answered = {(one.model, one.clean or one.suite) for one in done if one.n_answered}
    pairs = answered & {(one.model, one.clean) for one in done if one.is_disturbed}
    clean = [one for one in done if (one.model, one.suite) in pairs]
    if not clean:
        return ()
    stored = _Stored(run, folder)
    return tuple(stored.robustness_of(one) for one in clean)


class _Stored:
    """What a run folder keeps, read once for all models and suites."""

    def __init__(self, run: Run, folder: Path) -> None:
        self._run = run
        self._folder = folder
        manifest = run.manifest
        names = {one.clean for one in manifest.evaluations if one.is_disturbed}
        names |= {one.suite for one in manifest.evaluations if one.is_disturbed}
        self._readings: Mapping[_Key, Mapping[str, Reading]] = read_readings(folder, names)
        self._scores = read_scores(folder)
        self._measured = read_text_measures(folder)
        self._settings = Settings(
            level=manifest.confidence_level, seed=manifest.seed, n_whole=N_SLICE
        )

    def robustness_of(self, clean: Evaluation) -> Robustness:
        """Look at all twins of one suite on one model."""
        twins = [
            one
            for one in self._run.manifest.evaluations
            if one.is_disturbed and (one.model, one.clean) == (clean.model, clean.suite)
        ]
        metrics = stored_metrics(clean, _order(self._run, clean))
        perturbed = [one for one in twins if one.perturbation]
        rows = [self._disturbed(clean, one, metrics) for one in perturbed]
        sides = [
            self._side(one)
            for one, row in zip(perturbed, rows, strict=True)
            if self._scores_of(one) and row.is_counted
        ]
        values = values_on_each(self._side(clean), sides, metrics.metrics)
        overall = overall_of(self._side(clean), metrics.metrics, values, self._settings)
        found = Robustness(
            model=clean.model,
            suite=clean.suite,
            level=self._settings.level,
            disturbed=corrected(rows),
            overall=tuple(overall),
            attacks=tuple(self._attacks(clean, one) for one in twins if one.attack),
            notes=tuple(_notes(metrics)),
        )
        chosen = [
            *self._losses(clean, sides, found, values),
            *self._successes(clean, [one for one in twins if one.attack]),
        ]
        return replace(found, examples=self._examples(clean, chosen))

    def _disturbed(self, clean: Evaluation, one: Evaluation, metrics: StoredMetrics) -> Disturbed:
        scores = self._scores_of(clean)
        clusters = {
            name: cluster
            for name, cluster in zip(scores.ids, scores.clusters, strict=True)
            if cluster is not None
        }
        answers = answers_of(
            self._readings_of(clean), self._readings_of(one), clusters, self._settings.level
        )
        drops = drops_of(self._side(clean), self._side(one), metrics.metrics, self._settings)
        return Disturbed(
            suite=one.suite,
            perturbation=one.perturbation,
            drops=drops,
            changed=answers.changed,
            flipped=answers.flipped,
            n_flipped_alone=answers.n_flipped_alone,
            n_failed_clean=answers.n_failed_clean,
            n_failed=answers.n_failed,
            changes_target=one.changes_target,
            closeness=self._closeness(clean, one, lambda reading: reading.text),
            note=one.error,
        )

    def _attacks(self, clean: Evaluation, one: Evaluation) -> Attacks:
        return Attacks(
            suite=one.suite,
            attack=one.attack,
            estimates=tuple(
                each
                for each in self._run.estimates
                if (each.model, each.suite, each.slice) == (one.model, one.suite, None)
            ),
            n_failed=one.n_failed,
            n_undisturbed=one.failures.get(FailureKind.UNDISTURBED, 0),
            closeness=self._closeness(clean, one, lambda reading: reading.adversarial),
            control_closeness=self._closeness(clean, one, lambda reading: reading.control),
            note=one.error,
        )

    def _closeness(
        self, clean: Evaluation, one: Evaluation, text_of: Callable[[Reading], bytes | None]
    ) -> tuple[Closeness, ...]:
        """Tell how near the changed texts of a suite are to what they were."""
        judges = self._run.manifest.text_measures
        if not judges:
            return ()
        scores, before = self._scores_of(clean), self._readings_of(clean)
        clusters = dict(zip(scores.ids, scores.clusters, strict=True))
        units = []
        for name, reading in self._readings_of(one).items():
            text = text_of(reading)
            if name in before and text is not None and text != before[name].text:
                measured = self._measured.get((before[name].text, text), PairMeasured())
                units.append(Unit(clusters.get(name) or name, measured))
        return tuple(closeness_of(units, judges, self._settings.level))

    def _losses(
        self, clean: Evaluation, sides: Sequence[Side], found: Robustness, values: PerSample
    ) -> Iterator[_Chosen]:
        """Choose samples that lost by each perturbation; where none can be told, that flipped."""
        directions = {
            drop.difference.quantity.id: drop.difference.quantity.direction
            for one in found.disturbed
            for drop in one.drops
        }
        lead = next((name for name in values if name == found.lead), next(iter(values), None))
        ids = self._scores_of(clean).ids
        for place, side in enumerate(sides, start=1):
            before, after = self._readings_of(clean), self._readings_of(side.evaluation)
            candidates = list(flipped_ids(before, after))
            if lead is not None:
                gains = values[lead][:, place] - values[lead][:, 0]
                losses = gains if directions[lead] is Direction.LOWER else -gains
                changed = [_is_other_text(before, after, name) for name in ids]
                candidates = _largest(ids, np.where(changed, losses, np.nan))
            for name in _drawn(candidates, f"{self._settings.seed}/{side.evaluation.suite}"):
                yield side.evaluation.perturbation, side.evaluation.suite, name

    def _successes(self, clean: Evaluation, twins: Sequence[Evaluation]) -> Iterator[_Chosen]:
        known = self._readings_of(clean)
        for one in twins:
            readings = self._readings_of(one)
            won = [
                name
                for name, reading in readings.items()
                if reading.answer == Outcome.SUCCEEDED and name in known
            ]
            for name in _drawn(won, f"{self._settings.seed}/{one.suite}"):
                yield one.attack, one.suite, name

    def _examples(self, clean: Evaluation, chosen: Sequence[_Chosen]) -> tuple[Example, ...]:
        keys = {(clean.model, suite, name) for _, suite, name in chosen}
        keys |= {(clean.model, clean.suite, name) for _, _, name in chosen}
        found: dict[tuple[str, str], Record] = {
            (record.suite, record.sample.id): record
            for record in StoredRecords(self._folder).chosen(keys)
        }
        return tuple(
            self._example(label, found[clean.suite, name], found[suite, name])
            for label, suite, name in chosen
        )

    def _example(self, label: str, clean: Record, disturbed: Record) -> Example:
        marks = (text_mark(clean.sample.text), text_mark(final_text(disturbed)))
        measured = self._measured.get(marks)
        return Example(by=label, clean=clean, disturbed=disturbed, measured=measured)

    def _side(self, done: Evaluation) -> Side:
        scores = self._scores_of(done)
        return Side(manifest=self._run.manifest, evaluation=done, scores=scores)

    def _scores_of(self, done: Evaluation) -> SampleScores:
        nothing = SampleScores(
            model=done.model, suite=done.suite, ids=(), clusters=(), slices={}, statistics={}
        )
        return self._scores.get((done.model, done.suite), nothing)

    def _readings_of(self, done: Evaluation) -> Mapping[str, Reading]:
        return self._readings.get((done.model, done.suite), {})


def _is_other_text(before: Readings, after: Readings, name: str) -> bool:
    return name in before and name in after and before[name].text != after[name].text


def _notes(metrics: StoredMetrics) -> Iterator[str]:
    yield from metrics.missing
    for metric in metrics.corpus_metrics:
        yield f"{metric.name} has no value on a pair of samples, and is not held against its own"


def _order(run: Run, done: Evaluation) -> list[str]:
    mine = (
        one.metric for one in run.estimates if (one.model, one.suite) == (done.model, done.suite)
    )
    return list(dict.fromkeys((*mine, *done.metric_signatures)))


def _largest(ids: Sequence[str], losses: np.ndarray) -> list[str]:
    """Return the samples that lost as much as any, or, on a scale, those that lost most."""
    known = np.flatnonzero(np.nan_to_num(losses, nan=0.0) > 0)
    ranked = known[np.argsort(-losses[known], kind="stable")]
    if not len(ranked):
        return []
    alike = ranked[losses[ranked] == losses[ranked[0]]]
    return [ids[i] for i in (alike if len(alike) >= MAX_EXAMPLES else ranked[:MAX_EXAMPLES])]


def _drawn(names: Sequence[str], seed: str) -> list[str]:
    """Draw a few without a look at them, in the order of the data."""
    rng = random.Random(seed)  # noqa: S311 - a draw for showing
    places = sorted(rng.sample(range(len(names)), min(MAX_EXAMPLES, len(names))))
    return [names[place] for place in places]
