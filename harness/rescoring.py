"""New numbers from the answers of a stored run, without its models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from harness.audit import audit
from harness.core.errors import ConfigError, SourceError, sentence
from harness.core.identity import hash_json
from harness.core.ports import Progress
from harness.core.run import Manifest
from harness.core.spec import RunSpec
from harness.engine.explained_pairs_task import ExplainedPairsTask
from harness.engine.explained_task import ExplainedTask
from harness.preparing import Prepared, prepare
from harness.replayed_spec import Rescoring, replayed_spec
from harness.store.run_folder import load_run_folder


def rescore_run(
    folder: Path,
    progress: Progress,
    *,
    spec: Path | None = None,
    suites: Sequence[str] = (),
    metrics: Sequence[str] = (),
    out: str | None = None,
) -> Path:
    """Score the answers of a run again, into a run folder of its own.

    Args:
        folder: the run; it is only read.
        progress: is told how far it has come.
        spec: a spec file with other suites or metrics; the run's own spec when None.
        suites: names of the suites; all when empty.
        metrics: registered names, measured beside what the suites list.
        out: folder for the new run; beside the old one when None.

    Returns:
        The new run folder. A question that the run does not hold has failed there as ``missing``.

    Raises:
        ConfigError: the spec is wrong, or no suite takes a metric.
        SourceError: the data that the run was asked about can no longer be read.
        StoreError: the run cannot be read, or the new one not be written.
    """
    manifest = load_run_folder(folder).manifest
    job = Rescoring(
        manifest=manifest, folder=folder, spec=spec, suites=suites, metrics=metrics, out=out
    )
    replayed = replayed_spec(job)
    prepared = _prepared(replayed, progress, is_own=spec is None)
    changes = tuple(_changed_data(prepared, manifest))
    prepared = [_of_then(item, manifest) for item in prepared]
    # What judges said is part of the run, and taken over with it; another spec may ask others.
    origin = folder if spec is None else None
    return audit(replayed, progress, prepared=prepared, warnings=changes, origin=origin)


def _prepared(spec: RunSpec, progress: Progress, *, is_own: bool) -> list[Prepared]:
    """Read the data again: what was fine in the run's own spec then is gone or changed now."""
    try:
        return prepare(spec, progress)
    except (ConfigError, SourceError) as error:
        if not is_own:
            raise
        reason = f"its data can no longer be read ({' and '.join(str(error).split(chr(10)))})"
        remedy = "give --spec SPEC.toml that says where they are"
        raise SourceError(sentence(f"run {spec.rescored_from}", reason, remedy)) from error


def _changed_data(prepared: Iterable[Prepared], then: Manifest) -> Iterator[str]:
    before = {done.suite: done.data_hash for done in then.evaluations}
    unchanged: set[str] = set()
    for item in prepared:
        was, now = before.get(item.suite.name, ""), item.task.data_hash
        if was == now:
            unchanged.add(item.suite.name)
        elif was:
            why = "; the clean texts are the same, and what is done to them is another"
            yield (
                f"{item.suite.name}: its data are not those of the run that is scored again"
                f" (hash {was[:12]}, now {now[:12]}){why if item.suite.clean in unchanged else ''}"
            )


def _of_then(item: Prepared, then: Manifest) -> Prepared:
    """Let explanations be compared as what they are, if by an earlier version of what makes them.

    The replay gives those of the same samples again, whatever version has made them.
    """
    if not isinstance(item.task, ExplainedTask | ExplainedPairsTask):
        return item
    before = {done.suite: done for done in then.evaluations}
    done, clean = before.get(item.suite.name), before.get(item.suite.clean)
    if done is None:
        return item
    task = item.task
    drawn = replace(task, n_explained=done.n_samples) if isinstance(task, ExplainedTask) else task
    if drawn.data_hash == done.data_hash:  # nothing but the number of samples is another
        return item
    is_same_text = clean is not None and clean.data_hash == item.task.task.data_hash
    if is_same_text and done.n_samples == item.task.n_samples:
        return replace(item, taken_over=done.data_hash)
    return replace(item, taken_over=hash_json([done.data_hash, item.task.data_hash]))
