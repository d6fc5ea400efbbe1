"""Publishes all runs of a root as one site, and of an earlier site only what has changed."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import quote

from harness import registry
from harness.core.build import Problems, build
from harness.core.errors import ConfigError, StoreError, sentence
from harness.core.identity import hash_json
from harness.core.ports import Metric, SiteRenderer
from harness.core.run import Evaluation, Manifest
from harness.core.site import Card, Line, Overview, PublishedRun, SampleValues
from harness.store.run_folder import MANIFEST, METRICS, REPORT, load_run_folder, run_folders
from harness.store.samples_file import JSONL, PARQUET
from harness.store.site_folder import SiteFolder

_FEW = 16
"""Runs that are sooner rendered than a second process is started."""
_CHUNK = 4
_READ = (MANIFEST, METRICS, "judgement.json")
_LARGE = (JSONL, PARQUET)
"""Known by their size and time: to read them through would take as long as to render them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What publishing came to."""

    folder: Path
    n_runs: int
    n_written: int
    """Files whose bytes are new."""
    n_removed: int
    unreadable: tuple[str, ...]
    """One sentence for each run folder that was left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A run folder as the site sees it."""

    folder: Path
    digest: str
    """Of all that its page is made of."""
    card: Card
    previous: Manifest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """One run to be rendered, in a form that another process can be sent."""

    renderer: SiteRenderer
    folder: Path
    report: str
    previous: Manifest | None


def publish(
    root: Path, out: Path, renderer: SiteRenderer, note: Callable[[str], None]
) -> Published:
    """Write the site of all runs below ``root`` into ``out``.

    Args:
        root: folder of the run folders.
        out: the site's folder: empty, or a site written earlier.
        renderer: what turns values into documents.
        note: is told how far it has come.

    Raises:
        ConfigError: ``root`` is no folder, or ``out`` holds something else.
        StoreError: ``out`` cannot be written.
    """
    if not root.is_dir():
        raise ConfigError(f"--root {root}", "is no folder", "give the folder of the run folders")
    site = SiteFolder(out)
    try:
        return _Publisher(root, site, renderer, note).publish()
    finally:
        site.close()


class _Publisher:
    """One site being brought up to date."""

    def __init__(
        self, root: Path, site: SiteFolder, renderer: SiteRenderer, note: Callable[[str], None]
    ) -> None:
        self._root = root
        self._site = site
        self._renderer = renderer
        self._note = note
        self._unreadable: list[str] = []

    def publish(self) -> Published:
        found = self._found()
        self._put("shared", "", self._renderer.shared)
        self._runs(found)
        lines = [self._line(name, own) for name, own in _by_line(found)]
        overview = Overview(lines=tuple(lines), unreadable=tuple(self._unreadable))
        everything = hash_json([[run.digest for run in found], self._unreadable])
        self._put("whole", everything, lambda: self._renderer.whole(overview))
        self._site.finish()
        return Published(
            folder=self._site.folder,
            n_runs=len(found),
            n_written=self._site.n_written,
            n_removed=self._site.n_removed,
            unreadable=tuple(self._unreadable),
        )

    def _put(self, unit: str, inputs: str, documents: Callable[[], Mapping[str, str]]) -> None:
        """Bring a unit up to date."""
        inputs = hash_json([self._renderer.version, inputs])
        if not self._site.keep(unit, inputs):
            self._site.put(unit, inputs, documents())

    def _found(self) -> list[_Found]:
        """Read every run, oldest first within its line; what cannot be read is told of."""
        found: dict[str, _Found] = {}
        for folder in run_folders(self._root):
            try:
                run = _read(folder)
            except StoreError as error:
                self._unreadable.append(str(error))
                continue
            run_id = run.card.manifest.run_id
            other = found.setdefault(run_id, run)
            if other is not run:
                reason = f"has the id of {other.folder.name}"
                self._unreadable.append(sentence(folder.name, reason, "remove one of the two"))
        ordered = sorted(found.values(), key=_place)
        return list(_with_previous(ordered))

    def _runs(self, found: list[_Found]) -> None:
        changed = []
        for run in found:
            job = self._job(run)
            inputs = self._inputs(run, job)
            if not self._site.keep(_unit(run), inputs):
                changed.append((_unit(run), inputs, job))
        self._note(f"{len(changed)} of {len(found)} runs are new or have changed")
        pages = _rendered([job for _, _, job in changed])
        for (unit, inputs, _), documents in zip(changed, pages, strict=True):
            self._site.put(unit, inputs, documents)

    def _job(self, run: _Found) -> _Job:
        return _Job(
            renderer=self._renderer,
            folder=run.folder,
            report=_address(run.folder / REPORT, self._site.folder),
            previous=run.previous,
        )

    def _inputs(self, run: _Found, job: _Job) -> str:
        previous = job.previous.run_id if job.previous else ""
        return hash_json([self._renderer.version, run.digest, job.report, previous])

    def _line(self, name: str, runs: list[_Found]) -> Line:
        line = Line(name=name, cards=tuple(run.card for run in runs), series=())
        inputs = hash_json([run.digest for run in runs])
        self._put(f"line:{name}", inputs, lambda: self._renderer.line(line))
        return line


def _unit(run: _Found) -> str:
    return f"run:{run.card.manifest.run_id}"


def _read(folder: Path) -> _Found:
    run = load_run_folder(folder)
    judgement = run.judgement
    card = Card(
        manifest=run.manifest,
        headlines=tuple(
            estimate
            for estimate in run.estimates
            if estimate.quantity.is_headline and estimate.slice is None
        ),
        verdict=judgement.verdict if judgement else None,
        sentence=judgement.sentence if judgement else "",
        baseline=judgement.comparison.baseline.run_id if judgement else "",
    )
    return _Found(folder=folder, digest=_digest(folder), card=card)


def _digest(folder: Path) -> str:
    parts: list[object] = [folder.name]
    for name in _READ:
        file = folder / name
        parts.append(sha256(file.read_bytes()).hexdigest() if file.exists() else "")
    for name in _LARGE:
        file = folder / name
        parts.append([file.stat().st_size, file.stat().st_mtime_ns] if file.exists() else [])
    return hash_json(parts)


def _place(run: _Found) -> tuple[str, str, str]:
    manifest = run.card.manifest
    return manifest.line, manifest.started_at, manifest.run_id


def _by_line(found: Iterable[_Found]) -> Iterator[tuple[str, list[_Found]]]:
    for name, runs in groupby(found, key=lambda run: run.card.manifest.line):
        yield name, list(runs)


def _with_previous(ordered: list[_Found]) -> Iterator[_Found]:
    """Tell each run of a line which one came before it."""
    for _, runs in _by_line(ordered):
        previous: Manifest | None = None
        for run in runs:
            manifest = run.card.manifest
            yield dataclasses.replace(run, previous=previous if manifest.line else None)
            previous = manifest


def _address(file: Path, site: Path) -> str:
    """Return a file's address relative to the site; empty where there is none."""
    if not file.is_file():
        return ""
    try:
        return quote(Path(os.path.relpath(file.resolve(), site.resolve())).as_posix())
    except ValueError:  # another drive
        return ""


def _rendered(jobs: list[_Job]) -> Iterator[Mapping[str, str]]:
    """Yield the documents of each run, in order."""
    n_workers = min(os.cpu_count() or 1, len(jobs) // _FEW)
    if n_workers < 2:  # noqa: PLR2004 - one worker would only add its start
        yield from map(_documents, jobs)
        return
    with ProcessPoolExecutor(n_workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_documents, jobs, chunksize=_CHUNK)


def _documents(job: _Job) -> Mapping[str, str]:
    run = load_run_folder(job.folder)
    return job.renderer.run(
        PublishedRun(
            run=run,
            values=tuple(_values(job.folder, run.manifest)),
            report=job.report,
            previous=job.previous,
        )
    )


def _values(folder: Path, manifest: Manifest) -> Iterator[SampleValues]:
    from harness.engine.published_values import published_values
    from harness.store.sample_scores import read_scores

    scores = read_scores(folder)
    for evaluation in manifest.evaluations:
        own = scores.get((evaluation.model, evaluation.suite))
        values = published_values(own, _metrics(evaluation)) if own else None
        if values is not None:
            yield values


def _metrics(evaluation: Evaluation) -> list[Metric]:
    """Make an evaluation's metrics again; those that are not installed here are left out."""
    made = []
    for name, options in evaluation.metric_options.items():
        if name in registry.registered("metrics"):
            metric = build(registry.find("metrics", name, name), options, name, Problems())
            made += [metric] if hasattr(metric, "measure") else []
    return made
