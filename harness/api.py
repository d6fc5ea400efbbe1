"""Carrying out a spec from Python."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.audit import audit
from harness.compared import Compared
from harness.config import load_spec
from harness.core.ports import Progress
from harness.core.spec import RunSpec
from harness.gating import Terms, judge_operands, judged_run
from harness.operand import find_operand
from harness.overrides import names_given, overridden
from harness.rescoring import rescore_run
from harness.result import Result, load_run
from harness.store.noise_studies import read_studies
from harness.store.run_folder import find_run


class Silent:
    """Shows no progress."""

    def begin(self, model: str, suite: str, n_samples: int) -> None:
        """Say nothing."""

    def advance(self, *, failed: bool) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""


def run(
    spec: str | Path | RunSpec,
    *,
    models: Sequence[str] = (),
    suites: Sequence[str] = (),
    limit: int | None = None,
    seed: int | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Result:
    """Carry out a spec.

    Args:
        spec: path of a TOML file, or a spec already loaded.
        models: names of the models to ask; all when empty.
        suites: names of the suites to run; all when empty.
        limit: samples per suite, drawn with the seed; the spec's own when None.
        seed: in place of the spec's.
        out: folder for run folders, in place of the spec's.
        progress: is told how far the run has come; silent when None.

    Returns:
        The run, with ``to_frame()`` and ``samples()``; its report shows itself in a notebook.

    Raises:
        ConfigError: the spec or its data are wrong.
        StoreError: the run folder cannot be written.
    """
    loaded = overridden(
        spec if isinstance(spec, RunSpec) else load_spec(spec),
        models=models,
        suites=suites,
        limit=limit,
        seed=seed,
        out=None if out is None else str(out),
    )
    return load_run(audit(loaded, progress or Silent()))


def rescore(
    run: str | Path,
    *,
    spec: str | Path | None = None,
    suites: Sequence[str] = (),
    metrics: Sequence[str] = (),
    out: str | Path | None = None,
    root: str | Path = "runs",
    progress: Progress | None = None,
) -> Result:
    """Score the answers of a stored run again, without its models.

    Args:
        run: folder, id, start of an id, or ``latest``; it stays as it is.
        spec: path of a TOML file with other suites or metrics; the run's own spec when None.
        suites: names of the suites; all when empty.
        metrics: registered names, measured beside what the suites list.
        out: folder for the new run; beside the old one when None.
        root: folder of the run folders.
        progress: is told how far it has come; silent when None.

    Returns:
        The new run. A question that the old one does not hold has failed there as ``missing``.

    Raises:
        ConfigError: no such run, the spec is wrong, or no suite takes a metric.
        SourceError: the data that the run was asked about can no longer be read.
        StoreError: the run cannot be read, or the new one not be written.
    """
    folder = rescore_run(
        find_run(str(run), Path(root)),
        progress or Silent(),
        spec=None if spec is None else Path(spec),
        suites=suites,
        metrics=metrics,
        out=None if out is None else str(out),
    )
    return load_run(folder)


def compare(
    baseline: str | Path,
    candidate: str | Path,
    *,
    policy: str | Path | None = None,
    suites: Sequence[str] = (),
    force: bool = False,
    root: str | Path = "runs",
) -> Compared:
    """Compare two runs, or two models of runs, on the samples that both have.

    Args:
        baseline: a run (folder, id, start of an id, ``latest``), a baseline, or ``RUN:MODEL``.
        candidate: likewise.
        policy: path of a TOML file with margins; the default ones when None.
        suites: names of the suites to compare; all when empty.
        force: compare what is not comparable, and say so.
        root: folder of the run folders.

    Returns:
        The verdict, with ``to_frame()``; its report shows itself in a notebook.

    Raises:
        ConfigError: no such run, a wrong policy, or sides that do not answer the same question.
        StoreError: a run cannot be read.
    """
    sides = [find_operand(str(name), Path(root)) for name in (baseline, candidate)]
    terms = Terms.of_policy(
        None if policy is None else Path(policy),
        suites=tuple(names_given(suites)),
        is_forced=force,
        noise=read_studies(Path(root)).noise,
    )
    [judgement] = judge_operands(sides[0], sides[1:], terms, Path(root), is_refusing=True)
    return Compared(judgement, judged_run(sides[1], judgement))
