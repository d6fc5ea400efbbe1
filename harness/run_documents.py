"""A run's documents for a site, made from its folder alone, in whatever process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.core.errors import StoreError
from harness.core.ports import SiteRenderer
from harness.core.run import Manifest
from harness.core.site import PublishedRun, SampleValues
from harness.engine.breakdown import sentence_of
from harness.engine.published_values import published_values
from harness.run_views import with_views
from harness.store.run_folder import load_run_folder
from harness.store.sample_scores import read_scores
from harness.stored_metrics import stored_metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class RunJob:
    """One run to be rendered; nothing of it has been read yet."""

    renderer: SiteRenderer
    folder: Path
    report: str
    """Address of the folder's own report, relative to the site; empty where there is none."""
    previous: Manifest | None
    """Of the run before it in its line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDocuments:
    """What became of a job."""

    documents: Mapping[str, str]
    """By path."""
    problem: str = ""
    """Why there are none, one sentence: a run that cannot be read costs itself alone."""


def run_documents(job: RunJob) -> RunDocuments:
    """Render one run."""
    try:
        run = with_views(load_run_folder(job.folder), job.folder)
        published = PublishedRun(
            run=run,
            values=tuple(_values(job.folder, run.manifest)),
            report=job.report,
            previous=job.previous,
        )
        return RunDocuments(documents=job.renderer.run(published))
    except StoreError as error:
        return RunDocuments(documents={}, problem=str(error))
    except Exception as error:  # noqa: BLE001 - values of a wrong type cost their own run alone
        return RunDocuments(documents={}, problem=f"{job.folder.name}: {sentence_of(error)}")


def _values(folder: Path, manifest: Manifest) -> Iterator[SampleValues]:
    scores = read_scores(folder)
    for evaluation in manifest.evaluations:
        own = scores.get((evaluation.model, evaluation.suite))
        if own is None:
            continue
        # A metric that cannot be made again here is only missing from the page of comparisons.
        known = stored_metrics(evaluation, evaluation.metric_options)
        values = published_values(own, known.metrics)
        if values is not None:
            yield values
