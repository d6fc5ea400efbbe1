"""``runs/<id>/``: one folder per run, complete in itself."""

from __future__ import annotations

import secrets
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from harness.core.errors import ConfigError, StoreError, did_you_mean, nearest, sentence
from harness.core.estimate import Estimate
from harness.core.figure import Figure
from harness.core.redact import Scrubber
from harness.core.response import Failure
from harness.core.run import Manifest, Record, Run, Status
from harness.store.baselines import read_baselines
from harness.store.documents import (
    decode_manifest,
    decode_metrics,
    encode_manifest,
    encode_metrics,
    read_json,
    write_json,
    write_text,
)
from harness.store.folder_lock import FolderLock
from harness.store.judgement_file import DOCUMENTS, JUDGEMENT, read_judgement
from harness.store.samples_file import JSONL, PARQUET, SampleWriter, StoredRecords, compact, reopen
from harness.store.text_measures_file import TEXT_MEASURES

MANIFEST = "manifest.json"
METRICS = "metrics.json"
REPORT = "report.html"
BEFORE = ".before"
_MOST_TOLD = 20
"""A message that named every run of a year would be read by nobody."""
_JUDGED = (JUDGEMENT, *DOCUMENTS.values())
"""What says what was said of a run; of one that is taken up again it is no longer true."""
_KEPT = (MANIFEST, METRICS, REPORT, JSONL, PARQUET, TEXT_MEASURES, *_JUDGED)


def new_run_id(now: datetime) -> str:
    """Return an id that sorts by time and is unique among runs of one moment.

    >>> new_run_id(datetime(2026, 1, 2, 3, 4, 5, 678901, UTC))[:19]
    '20260102T030405678-'
    """
    return f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03d}-{secrets.token_hex(3)}"


class RunWriter:
    """Writes one run folder: manifest first, samples as they come, metrics at the end."""

    def __init__(self, folder: Path, secret_values: tuple[str, ...]) -> None:
        self.folder = folder
        self._scrub = Scrubber(secret_values)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                sentence(str(folder), f"cannot be made ({error.strerror})", "choose another --out")
            ) from error
        self._lock = FolderLock(folder)
        self._set_aside()
        if (folder / PARQUET).exists() and not (folder / JSONL).exists():
            reopen(folder / PARQUET, folder / JSONL)
        self._samples = SampleWriter(folder / JSONL, self._scrub)

    def _set_aside(self) -> None:
        """Keep a copy of a run that is resumed, until the resumption is sure to go on."""
        shutil.rmtree(self.folder / BEFORE, ignore_errors=True)
        if (self.folder / MANIFEST).exists():
            (self.folder / BEFORE).mkdir()
            for name in _KEPT:
                if (self.folder / name).exists():
                    shutil.copy2(self.folder / name, self.folder / BEFORE / name)
        for name in _JUDGED:
            (self.folder / name).unlink(missing_ok=True)

    def restore(self) -> None:
        """Put the run back as it was before it was resumed; nothing is written from here on."""
        self._samples.close()
        for name in _KEPT:
            if (self.folder / BEFORE / name).exists():
                (self.folder / BEFORE / name).replace(self.folder / name)
            else:
                (self.folder / name).unlink(missing_ok=True)

    def append(self, record: Record) -> None:
        """Keep one record."""
        self._samples.append(record)

    def manifest(self, manifest: Manifest) -> None:
        """Write the manifest, in place of an earlier one."""
        write_json(self.folder / MANIFEST, encode_manifest(manifest), self._scrub)

    def metrics(
        self,
        estimates: tuple[Estimate, ...],
        figures: Mapping[tuple[str, str], tuple[Figure, ...]],
    ) -> None:
        """Write estimates and figures, in place of earlier ones."""
        write_json(self.folder / METRICS, encode_metrics(estimates, figures), self._scrub)

    def report(self, document: str) -> Path:
        """Write the report, made of what is stored: no secret is left in it to strike out."""
        write_text(self.folder / REPORT, document)
        return self.folder / REPORT

    def close(self) -> None:
        """Flush the samples and let the folder go. Safe to call twice."""
        self._samples.close()
        shutil.rmtree(self.folder / BEFORE, ignore_errors=True)
        self._lock.release()

    def compact(self) -> None:
        """Turn the lines into Parquet; nothing is appended from here on."""
        self._samples.close()
        try:
            compact(self.folder / JSONL, self.folder / PARQUET)
        except OSError as error:
            raise StoreError(
                sentence(
                    str(self.folder / PARQUET),
                    f"cannot be written ({error.strerror})",
                    f"make room; all samples are safe in {JSONL}",
                )
            ) from error


def load_run_folder(folder: Path) -> Run:
    """Read a run and the verdict on it; of one that was killed, what there is.

    A verdict that cannot be read is left out, with a warning: it can be reached again.

    Raises:
        StoreError: no run, damaged, or of a newer schema.
    """
    run = load_unjudged(folder)
    try:
        return replace(run, judgement=read_judgement(folder))
    except StoreError as error:
        return replace(run, manifest=with_warning(run.manifest, error))


def load_unjudged(folder: Path) -> Run:
    """Read a run without the verdict on it.

    Raises:
        StoreError: no run, damaged, or of a newer schema.
    """
    manifest = decode_manifest(read_json(folder / MANIFEST), folder / MANIFEST)
    estimates: tuple[Estimate, ...] = ()
    figures: dict[tuple[str, str], tuple[Figure, ...]] = {}
    if (folder / METRICS).exists():
        estimates, figures = decode_metrics(read_json(folder / METRICS), folder / METRICS)
    records = StoredRecords(folder)
    return Run(
        manifest=_as_it_stands(manifest, records),
        estimates=estimates,
        figures=figures,
        records=records,
    )


def with_warning(manifest: Manifest, error: StoreError) -> Manifest:
    """Let those who show a run tell that its verdict cannot be read."""
    warning = f"the verdict on this run cannot be shown: {error}"
    return replace(manifest, warnings=(*manifest.warnings, warning))


def _as_it_stands(manifest: Manifest, records: StoredRecords) -> Manifest:
    """Count the answers of a run that was killed before it could: they are on disk."""
    if manifest.status is not Status.RUNNING:
        return manifest
    answered: Counter[tuple[str, str]] = Counter()
    failed: Counter[tuple[str, str]] = Counter()
    for row in records.rows():
        is_failure = row["answer"]["kind"] == Failure.__name__
        (failed if is_failure else answered)[row["model"], row["suite"]] += 1
    evaluations = tuple(
        replace(
            done,
            n_answered=answered[done.model, done.suite],
            n_failed=failed[done.model, done.suite],
        )
        for done in manifest.evaluations
    )
    return replace(manifest, evaluations=evaluations)


def find_run(name: str, root: Path) -> Path:
    """Return the folder of a run named by path, baseline, id, start of an id, or ``latest``.

    The latest is no repeat of a noise study: these are not what a spec's owner last asked for.

    Raises:
        ConfigError: none or several fit, or the baseline's run has been deleted.
    """
    direct = Path(name)
    if (direct / MANIFEST).is_file():
        return direct
    if not name:
        raise ConfigError("RUN", "is empty", "give a folder, an id, a baseline, or latest")
    baselines = read_baselines(root)
    if name in baselines:
        return baselines[name].folder(root)
    known = [folder.name for folder in run_folders(root)]
    fitting = [run for run in known if run.startswith(name)]
    if name == "latest":
        fitting = list(islice((run for run in known[::-1] if not _is_repeat(root / run)), 1))
    if len(fitting) == 1:
        return root / fitting[0]
    reason = "fits several runs" if fitting else f"no such run in {str(root)!r}"
    choices = fitting or [*known, *baselines]
    is_told = len(choices) <= _MOST_TOLD or nearest(name, choices)
    remedy = did_you_mean(name, choices) if is_told else "see harness list runs"
    raise ConfigError(name, reason, remedy)


def _is_repeat(folder: Path) -> bool:
    try:
        return read_json(folder / MANIFEST).get("is_repeat") is True
    except StoreError:
        return False  # whoever reads the run is told what is wrong with it


def run_folders(root: Path) -> Iterator[Path]:
    """Yield the run folders below ``root``, oldest first."""
    if root.is_dir():
        yield from sorted(entry for entry in root.iterdir() if (entry / MANIFEST).is_file())


def now() -> datetime:
    """Return the present, in UTC."""
    return datetime.now(UTC)
