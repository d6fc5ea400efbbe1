"""Publishes all runs of a root as one site, and of an earlier site only what has changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from harness.core.errors import ConfigError, StoreError, sentence
from harness.core.history import Series
from harness.core.identity import hash_json
from harness.core.ports import SiteRenderer
from harness.core.run import Manifest
from harness.core.site import Line, Overview
from harness.dated_series import dated_series
from harness.parallel import each
from harness.run_documents import RunJob, run_documents
from harness.store.cards import StoredCard, read_card
from harness.store.run_folder import REPORT, run_folders
from harness.store.site_folder import SiteFolder

_MANY = 24
"""Runs that take longer to render than a second process to start."""


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
class _Placed:
    """A run in its line."""

    stored: StoredCard
    previous: Manifest | None = None

    @property
    def manifest(self) -> Manifest:
        return self.stored.card.manifest


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
        StoreError: ``out`` cannot be written, or another process is writing it.
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
        self._version = renderer.version
        self._note = note
        self._unreadable: list[str] = []

    def publish(self) -> Published:
        self._put("shared", "", self._renderer.shared)
        runs = self._put_runs(self._read())
        series = dated_series(self._root, self._site)
        lines = [self._put_line(name, own, series) for name, own in _by_line(runs)]
        overview = Overview(lines=tuple(lines), unreadable=tuple(self._unreadable))
        everything = hash_json([[run.stored.digest for run in runs], self._unreadable])
        self._put("whole", everything, lambda: self._renderer.whole(overview))
        for folder in self._root.iterdir():
            # A run that cannot be read today keeps the page that it had.
            self._site.retain(f"run:{folder.name}")
        self._site.finish()
        return Published(
            folder=self._site.folder,
            n_runs=len(runs),
            n_written=self._site.n_written,
            n_removed=self._site.n_removed,
            unreadable=tuple(self._unreadable),
        )

    def _read(self) -> list[_Placed]:
        """Read every run, oldest first within its line; what cannot be read is told of."""
        found: dict[str, StoredCard] = {}
        for folder in run_folders(self._root):
            try:
                stored = read_card(folder)
            except StoreError as error:
                self._unreadable.append(str(error))
                continue
            other = found.setdefault(stored.card.manifest.run_id, stored)
            if other is not stored:
                reason = f"is a copy of run {stored.card.manifest.run_id}"
                self._unreadable.append(sentence(folder.name, reason, "remove one of the two"))
        placed = (_Placed(stored=stored) for stored in found.values())
        return list(_with_previous(sorted(placed, key=_place)))

    def _put(self, unit: str, inputs: str, documents: Callable[[], Mapping[str, str]]) -> None:
        """Bring a unit up to date."""
        inputs = hash_json([self._version, inputs])
        if not self._site.keep(unit, inputs):
            self._site.put(unit, inputs, documents())

    def _put_runs(self, runs: list[_Placed]) -> list[_Placed]:
        """Bring the pages of runs up to date; return the runs that have one."""
        changed, lost = [], set()
        for run in runs:
            job, unit = self._job(run), _unit(run)
            previous = job.previous.run_id if job.previous else ""
            inputs = hash_json([self._version, run.stored.digest, job.report, previous])
            if not self._site.keep(unit, inputs):
                changed.append((unit, inputs, job))
        self._note(f"{len(changed)} of {len(runs)} runs are new or have changed")
        documents = each(run_documents, [job for *_, job in changed], is_long=len(changed) > _MANY)
        for (unit, inputs, _), own in zip(changed, documents, strict=True):
            if own.problem:
                self._unreadable.append(own.problem)
                lost.add(unit)
            else:
                self._site.put(unit, inputs, own.documents)
        return [run for run in runs if _unit(run) not in lost]

    def _job(self, run: _Placed) -> RunJob:
        return RunJob(
            renderer=self._renderer,
            folder=run.stored.folder,
            report=_address(run.stored.folder / REPORT, self._site.folder),
            previous=run.previous,
        )

    def _put_line(
        self, name: str, runs: list[_Placed], series: Mapping[str, tuple[Series, ...]]
    ) -> Line:
        cards = tuple(run.stored.card for run in runs)
        line = Line(name=name, cards=cards, series=series.get(name, ()))
        inputs = hash_json([run.stored.digest for run in runs])
        self._put(f"line:{name}", inputs, lambda: self._renderer.line(line))
        return line


def _unit(run: _Placed) -> str:
    return f"run:{run.manifest.run_id}"


def _place(run: _Placed) -> tuple[str, str, str]:
    return run.manifest.line, run.manifest.started_at, run.manifest.run_id


def _by_line(runs: Iterable[_Placed]) -> Iterator[tuple[str, list[_Placed]]]:
    for name, own in groupby(runs, key=lambda run: run.manifest.line):
        yield name, list(own)


def _with_previous(ordered: Iterable[_Placed]) -> Iterator[_Placed]:
    """Tell each run of a line which one came before it."""
    for name, runs in _by_line(ordered):
        previous: Manifest | None = None
        for run in runs:
            yield replace(run, previous=previous if name else None)
            previous = run.manifest


def _address(file: Path, site: Path) -> str:
    """Return a file's address relative to the site; empty where there is none."""
    if not file.is_file():
        return ""
    try:
        return quote(Path(os.path.relpath(file.resolve(), site.resolve())).as_posix())
    except ValueError:  # another drive
        return ""
