"""The numbers of all runs of a root, as series over time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TypeAlias

from harness.core.errors import StoreError, sentence
from harness.core.estimate import Estimate
from harness.core.history import Point, Series
from harness.core.identity import hash_json
from harness.core.machine import name_of_machine
from harness.core.run import Evaluation, Manifest, Status
from harness.core.score import Direction, Quantity
from harness.sources.source import Source
from harness.store.documents import decode_manifest, decode_metrics, read_json
from harness.store.run_folder import MANIFEST, METRICS, run_folders

SECONDS_PER_SAMPLE = Quantity(
    id="seconds_per_sample",
    direction=Direction.LOWER,
    definition="wall time of the suite / samples, the loading of the model left out",
    low=0.0,
    high=None,
)
TIME = "time"
"""Stands where the name of a metric does, in series of what no metric has made."""

_ORIGIN = {"name", *(field.name for field in fields(Source))}
"""Options that say which model it is; all others say how it is run."""
_SHOWN = 8

_Key: TypeAlias = tuple[str, ...]
_DAMAGED = "restore it from a copy, or run again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Histories:
    """What the complete runs of a root say over time."""

    series: tuple[Series, ...]
    """By line, model and suite; within these as the newest run has them."""
    warnings: tuple[str, ...]
    """One sentence for each folder that was left out because it cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Night:
    """One run, as far as a history needs it."""

    manifest: Manifest
    estimates: tuple[Estimate, ...]


def read_histories(root: Path, *, line: str | None = None) -> Histories:
    """Read all runs of a root and put their numbers in series.

    Only complete runs count, and no repeats of a noise study. A folder that is torn or no run
    folder costs itself alone. Answers that were scored again stand where the run stands that gave
    them.

    Args:
        root: folder of the run folders.
        line: read the runs of this line only; empty for the runs outside any.
    """
    warnings: list[str] = []
    manifests: dict[str, Manifest] = {}
    folders: dict[str, Path] = {}
    for folder in run_folders(root):
        with _told(warnings):
            manifest = _manifest(folder, folders)
            manifests[manifest.run_id], folders[manifest.run_id] = manifest, folder
    nights: dict[str, _Night] = {}
    for run_id, folder in folders.items():
        manifest = _as_of_its_answers(manifests[run_id], manifests)
        is_night = manifest.status is Status.COMPLETE and not manifest.is_repeat
        if is_night and line in (None, manifest.line):
            with _told(warnings):
                nights[run_id] = _Night(manifest=manifest, estimates=_estimates(folder))
    return Histories(series=_series_of(nights), warnings=tuple(warnings))


@contextmanager
def _told(warnings: list[str]) -> Iterator[None]:
    """Take down why a folder is left out, and go on with the next."""
    try:
        yield
    except StoreError as error:
        warnings.append(f"left out of the history: {error}")


def _manifest(folder: Path, known: Mapping[str, Path]) -> Manifest:
    path = folder / MANIFEST
    manifest = decode_manifest(read_json(path), path)
    evaluations = manifest.evaluations
    texts = [manifest.run_id, manifest.started_at, manifest.line, manifest.rescored_from]
    for done in evaluations:
        texts += [done.model, done.suite, done.suite_hash, done.data_hash, done.capability]
    _check(
        path, texts, [number for done in evaluations for number in (done.wall_s, done.n_samples)]
    )
    if manifest.run_id in known:
        reason = f"is a copy of run {manifest.run_id}"
        raise StoreError(sentence(str(folder), reason, f"delete it, or {known[manifest.run_id]}"))
    return manifest


def _as_of_its_answers(manifest: Manifest, known: Mapping[str, Manifest]) -> Manifest:
    """Give a run that was scored again the line and date of the run that asked the models."""
    asked, seen = manifest, {manifest.run_id}
    while asked.rescored_from in known and asked.rescored_from not in seen:
        asked = known[asked.rescored_from]
        seen.add(asked.run_id)
    return replace(manifest, line=asked.line, started_at=asked.started_at)


def _estimates(folder: Path) -> tuple[Estimate, ...]:
    path = folder / METRICS
    value = read_json(path)
    try:
        # Of slices and charts there is far more, and no series shows them.
        whole = [entry for entry in value["estimates"] if entry["slice"] is None]
    except (KeyError, TypeError) as error:
        raise StoreError(sentence(str(path), f"is damaged ({error!r})", _DAMAGED)) from error
    estimates, _ = decode_metrics({**value, "estimates": whole, "figures": ()}, path)
    texts: list[object] = []
    numbers: list[object] = []
    for estimate in estimates:
        texts += [estimate.model, estimate.suite, estimate.metric, estimate.quantity.id]
        numbers += [estimate.n, *([] if estimate.value is None else [estimate.value])]
    _check(path, texts, numbers)
    return estimates


def _check(path: Path, texts: Iterable[object], numbers: Iterable[object]) -> None:
    """Miss what sorting and arithmetic would fall over, while it is known which run it is in."""
    is_text = all(isinstance(text, str) for text in texts)
    if not is_text or not all(isinstance(number, int | float) for number in numbers):
        kind = "a text" if not is_text else "a number"
        raise StoreError(sentence(str(path), f"holds something else for {kind}", _DAMAGED))


def _series_of(nights: Mapping[str, _Night]) -> tuple[Series, ...]:
    """Group the numbers of all runs by what must be the same for them to be one series."""
    newest_first = sorted(nights.values(), key=lambda night: _moment(night.manifest), reverse=True)
    empty: dict[_Key, Series] = {}
    points: dict[_Key, list[Point]] = {}
    for night in newest_first:
        for done, series, point in _numbers(night):
            key = _key(done, series)
            # The newest run says how a quantity is defined; words may have changed since.
            empty.setdefault(key, series)
            points.setdefault(key, []).append(point)
    source = {run_id: night.manifest.rescored_from for run_id, night in nights.items()}
    found = [replace(empty[key], points=_once(points[key][::-1], source)) for key in empty]
    # Stable: within a suite the quantities stay in the newest run's order.
    return tuple(sorted(found, key=lambda series: (series.line, series.model, series.suite)))


def _once(points: Iterable[Point], source: Mapping[str, str]) -> tuple[Point, ...]:
    """Leave out what was scored again to the same question: the answers are in here already."""
    kept = {point.run_id: point for point in points}
    return tuple(point for point in kept.values() if source[point.run_id] not in kept)


def _key(done: Evaluation, series: Series) -> _Key:
    return (
        series.line,
        series.model,
        series.suite,
        series.metric,
        series.quantity.id,
        series.suite_hash,
        series.data_hash,
        series.draw,
        series.hardware,
        done.capability,
    )


def _moment(manifest: Manifest) -> tuple[str, str]:
    return manifest.started_at, manifest.run_id


def _numbers(night: _Night) -> Iterator[tuple[Evaluation, Series, Point]]:
    """Yield each number of a run, with the series that it belongs to."""
    evaluations = {(done.model, done.suite): done for done in night.manifest.evaluations}
    for estimate in night.estimates:
        done = evaluations.get((estimate.model, estimate.suite))
        if done is not None and estimate.value is not None and math.isfinite(estimate.value):
            series = _empty(night.manifest, done, estimate.metric, estimate.quantity)
            if estimate.quantity.unit == "round":
                series = replace(series, hardware=_timed_on(night.manifest, done.model))
            yield done, series, _point(night.manifest, done, estimate, estimate.value)
    for done in evaluations.values():
        if done.wall_s > 0 and done.n_samples and not night.manifest.rescored_from:
            yield done, *_time(night.manifest, done)


def _empty(manifest: Manifest, done: Evaluation, metric: str, quantity: Quantity) -> Series:
    return Series(
        line=manifest.line,
        model=done.model,
        suite=done.suite,
        metric=metric,
        quantity=quantity,
        suite_hash=done.suite_hash,
        data_hash=done.data_hash,
        draw=_draw(manifest, done),
        points=(),
    )


def _timed_on(manifest: Manifest, model: str) -> str:
    """Name the machine, and how the model was set: times of another of either are no history.

    The checkpoint may be another every night, and is no part of it.
    """
    settings = {key: value for key, value in _table(manifest, model).items() if key not in _ORIGIN}
    return f"{name_of_machine(manifest)}, model set as {hash_json(settings)[:_SHOWN]}"


def _table(manifest: Manifest, model: str) -> Mapping[str, object]:
    tables = manifest.spec.get("model")
    for table in tables if isinstance(tables, list | tuple) else ():
        if isinstance(table, Mapping) and table.get("name") == model:
            return table
    return {}


def _draw(manifest: Manifest, done: Evaluation) -> str:
    """Name the samples that a limit drew from the data; the hash is of all of them."""
    limits = [x for x in (manifest.limit, _own_limit(manifest, done.suite)) if isinstance(x, int)]
    # Data with fewer samples than the limit were asked whole, and the seed drew nothing.
    if not limits or done.n_samples < min(limits):
        return ""
    return f"{min(limits)} samples, seed {manifest.seed}"


def _own_limit(manifest: Manifest, suite: str) -> object:
    """Return the limit that the spec sets for one suite, None where it sets none."""
    tables = manifest.spec.get("suite")
    for table in tables if isinstance(tables, list | tuple) else ():
        if isinstance(table, Mapping) and table.get("name", table.get("suite")) == suite:
            return table.get("limit")
    return None


def _point(manifest: Manifest, done: Evaluation, estimate: Estimate, value: float) -> Point:
    interval = estimate.interval
    return Point(
        run_id=manifest.run_id,
        at=manifest.started_at,
        value=value,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        n=estimate.n,
        fingerprint=done.model_fingerprint,
    )


def _time(manifest: Manifest, done: Evaluation) -> tuple[Series, Point]:
    """Return the time of a sample, in a series of runs on one kind of machine."""
    hardware = f"{manifest.hardware.get('cpu', '?')}, {manifest.hardware.get('cores', '?')} cores"
    series = replace(_empty(manifest, done, TIME, SECONDS_PER_SAMPLE), hardware=hardware)
    point = Point(
        run_id=manifest.run_id,
        at=manifest.started_at,
        value=done.wall_s / done.n_samples,
        n=done.n_samples,
        fingerprint=done.model_fingerprint,
    )
    return series, point
