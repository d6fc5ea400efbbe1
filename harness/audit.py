"""Carries out a RunSpec from end to end and leaves a run folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness import registry
from harness.core.build import Problems
from harness.core.errors import ConfigError, HarnessError, StoreError
from harness.core.estimate import Estimate
from harness.core.figure import Figure
from harness.core.ports import Progress, Renderer, Session, Task
from harness.core.run import Evaluation, Manifest, Run, Status
from harness.core.schema import SCHEMA_VERSION
from harness.core.spec import ModelSpec, RunSpec, SuiteSpec
from harness.engine.breakdown import sentence_of
from harness.engine.code_hash import suite_hash
from harness.engine.environment import git_state, hardware, packages
from harness.engine.estimate import Context
from harness.engine.evaluate import Evaluated, evaluate
from harness.engine.plan import capability_for, check_capabilities
from harness.interruption import undisturbed
from harness.resume import Earlier, read_earlier
from harness.sources.source import Source
from harness.store.run_folder import RunWriter, load_run_folder, new_run_id, now


class Interrupted(KeyboardInterrupt):
    """Somebody has ended a run; what was answered is in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(str(folder))


class UnwrittenReport(StoreError):  # noqa: N818 - named after what it tells
    """A run is over and kept, and only its report could not be made."""

    def __init__(self, folder: Path, reason: str) -> None:
        self.folder = folder
        super().__init__(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A suite with its data at hand: read, checked and hashed."""

    suite: SuiteSpec
    task: Task
    hash: str
    limit: int | None
    """The smaller of the spec's and the suite's own."""


def audit(
    spec: RunSpec,
    progress: Progress,
    *,
    resume: Path | None = None,
    prepared: Sequence[Prepared] | None = None,
    warnings: tuple[str, ...] = (),
) -> Path:
    """Check everything, then load each model once and let every suite ask it.

    Args:
        spec: what to do.
        progress: is told how far it has come.
        resume: the folder of a run that was killed; its answers are kept and not asked again.
        prepared: what :func:`prepare` returned for this spec; it is called when None.
        warnings: what a reader of the run has to know of it from the start.

    Returns:
        The run folder. Its manifest tells whether the run is complete.

    Raises:
        ConfigError: found before any model is loaded.
        StoreError: the run folder cannot be written; UnwrittenReport, all of it but its report.
        Interrupted: after everything answered has been kept and estimated.
    """
    prepared = prepare(spec, progress) if prepared is None else prepared
    folder = resume or Path(spec.out) / new_run_id(now())
    planned = tuple(_planned(spec, prepared))
    earlier = read_earlier(resume, planned, spec.seed) if resume else Earlier()
    manifest = replace(
        _manifest(spec, folder, planned, earlier), warnings=(*earlier.warnings, *warnings)
    )
    writer = RunWriter(folder, spec.secrets)
    progress.note(f"run folder: {folder}")
    try:
        return _Audit(spec, prepared, writer, progress, manifest).carry_out(earlier)
    except KeyboardInterrupt as error:
        raise Interrupted(folder) from error
    finally:
        writer.close()


def _manifest(
    spec: RunSpec, folder: Path, planned: tuple[Evaluation, ...], earlier: Earlier
) -> Manifest:
    """Return what is known of a run before it starts."""
    return Manifest(
        schema_version=SCHEMA_VERSION,
        run_id=folder.name,
        name=spec.name,
        line=spec.line or earlier.line,
        status=Status.RUNNING,
        started_at=now().isoformat(timespec="seconds"),
        seed=spec.seed,
        limit=spec.limit,
        confidence_level=spec.confidence_level,
        min_coverage=spec.min_coverage,
        spec=spec.source,
        spec_folder=spec.folder,
        rescored_from=spec.rescored_from or earlier.rescored_from,
        is_repeat=spec.is_repeat or earlier.is_repeat,
        models=earlier.models,
        evaluations=planned,
        packages=packages(),
        git=git_state(Path.cwd()),
        hardware=hardware(),
    )


def prepare(spec: RunSpec, progress: Progress) -> list[Prepared]:
    """Check the spec and read the data of every suite; no model is loaded.

    Raises:
        ConfigError: what is wrong with several suites is told at once.
    """
    check_capabilities(spec)
    problems = Problems()
    for model in spec.models:
        with problems.kept():
            _check_local_files(model)
    prepared = []
    for suite in spec.suites:
        with problems.kept():
            prepared.append(_prepare(suite, spec, progress))
    problems.raise_any()
    return prepared


def _check_local_files(model: ModelSpec) -> None:
    """Miss a model's file now, and not after the models before it have been audited."""
    if isinstance(model.adapter, Source) and model.adapter.path is not None:
        model.adapter.fetch()


def _prepare(suite: SuiteSpec, spec: RunSpec, progress: Progress) -> Prepared:
    progress.note(f"{suite.name}: reading data")
    limit = spec.limit if suite.limit is None else min(suite.limit, spec.limit or suite.limit)
    try:
        task = suite.suite.prepare(limit=limit, seed=spec.seed)
    except HarnessError as error:
        # The place is half the message: say which suite's data it was.
        error.args = (f"suite {suite.name!r}: {error}",)
        raise
    return Prepared(suite=suite, task=task, hash=suite_hash(suite.suite, task), limit=limit)


def _planned(spec: RunSpec, prepared: Sequence[Prepared]) -> Iterator[Evaluation]:
    models = {model.name: model for model in spec.models}
    for item in prepared:
        for name in item.suite.models:
            yield Evaluation(
                model=name,
                suite=item.suite.name,
                capability=str(capability_for(item.suite, models[name])),
                n_samples=item.task.n_samples,
                suite_hash=item.hash,
                data_hash=item.task.data_hash,
            )


class _Audit:
    """One run under way."""

    def __init__(
        self,
        spec: RunSpec,
        prepared: Sequence[Prepared],
        writer: RunWriter,
        progress: Progress,
        manifest: Manifest,
    ) -> None:
        self._spec = spec
        self._prepared = prepared
        self._writer = writer
        self._progress = progress
        self._manifest = manifest
        self._planned = {(plan.model, plan.suite): plan for plan in manifest.evaluations}
        self._estimates: list[Estimate] = []
        self._figures: dict[tuple[str, str], tuple[Figure, ...]] = {}
        self._done: list[Evaluation] = []

    def carry_out(self, earlier: Earlier) -> Path:
        self._writer.manifest(self._manifest)
        try:
            for model in self._spec.models:
                self._ask_model(model, earlier)
        except KeyboardInterrupt:
            with undisturbed():
                if earlier.manifest is not None and not self._done:
                    self._writer.restore()
                else:
                    self._finish(Status.INTERRUPTED)
                    self._report()
            raise
        except ConfigError:
            # Found only by loading a model. A run that was to be resumed is left as it was.
            if earlier.manifest is None:
                self._finish(Status.INCOMPLETE)
                self._report()
            else:
                with undisturbed():
                    self._writer.restore()
            raise
        self._finish(self._status())
        if problem := self._report():
            raise UnwrittenReport(self._writer.folder, problem)
        return self._writer.folder

    def _ask_model(self, model: ModelSpec, earlier: Earlier) -> None:
        mine = [item for item in self._prepared if model.name in item.suite.models]
        session = self._opened(model, mine) if mine else None
        if session is None:
            return
        try:
            identity = session.identity
            earlier.check_model(model.name, identity)
            parts = {**identity.parts, "fingerprint": identity.fingerprint}
            models = {**self._manifest.models, model.name: parts}
            self._manifest = replace(self._manifest, models=models)
            self._writer.manifest(self._manifest)
            for item in mine:
                self._ask_suite(model, item, session, earlier)
        finally:
            self._close(session)

    def _close(self, session: Session) -> None:
        try:
            session.close()
        except Exception as error:  # noqa: BLE001 - its answers are here, whatever its end is like
            self._progress.note(sentence_of(error))

    def _opened(self, model: ModelSpec, mine: list[Prepared]) -> Session | None:
        """Load a model; one that cannot be loaded costs its own evaluations and no other."""
        self._progress.note(f"{model.name}: loading")
        try:
            return model.adapter.open()
        except Exception as error:
            plans = [self._planned[model.name, item.suite.name] for item in mine]
            self._done += [replace(plan, error=sentence_of(error)) for plan in plans]
            if isinstance(error, ConfigError) and not self._estimates:
                raise
            return None

    def _ask_suite(
        self,
        model: ModelSpec,
        item: Prepared,
        session: Session,
        earlier: Earlier,
    ) -> None:
        fingerprint = session.identity.fingerprint
        planned = replace(self._planned[model.name, item.suite.name], model_fingerprint=fingerprint)
        done = evaluate(
            planned,
            item.task,
            session,
            self._context(planned, item.limit),
            recorder=self._writer,
            progress=self._progress,
            earlier=earlier.answers.get((model.name, item.suite.name), ()),
        )
        self._keep(done)
        if done.is_interrupted:
            raise KeyboardInterrupt

    def _keep(self, done: Evaluated) -> None:
        """Save what one evaluation came to before the next one starts."""
        self._done.append(done.evaluation)
        self._estimates += done.estimates
        if done.figures:
            self._figures[done.evaluation.model, done.evaluation.suite] = done.figures
        self._writer.metrics(tuple(self._estimates), self._figures)
        warnings = (*self._manifest.warnings, *done.warnings)
        self._manifest = replace(self._manifest, evaluations=self._evaluations(), warnings=warnings)
        self._writer.manifest(self._manifest)

    def _context(self, planned: Evaluation, limit: int | None) -> Context:
        return Context(
            model=planned.model,
            suite=planned.suite,
            seed=self._spec.seed,
            confidence_level=self._spec.confidence_level,
            signature={
                "suite": planned.suite_hash[:12],
                "data": planned.data_hash[:12],
                "model": planned.model_fingerprint[:12],
                "seed": self._spec.seed,
                "limit": limit or "none",
                "by": planned.capability,
            },
        )

    def _evaluations(self) -> tuple[Evaluation, ...]:
        """What is done, then what is still only planned."""
        known = {(done.model, done.suite) for done in self._done}
        rest = [plan for key, plan in self._planned.items() if key not in known]
        return (*self._done, *rest)

    def _status(self) -> Status:
        floor = self._spec.min_coverage
        is_whole = all(not done.error and done.coverage >= floor for done in self._done)
        has_numbers = any(estimate.value is not None for estimate in self._estimates)
        return Status.COMPLETE if is_whole and has_numbers else Status.INCOMPLETE

    def _finish(self, status: Status) -> None:
        self._progress.note("writing the run folder")
        self._writer.metrics(tuple(self._estimates), self._figures)
        self._manifest = replace(
            self._manifest,
            status=status,
            ended_at=now().isoformat(timespec="seconds"),
            evaluations=self._evaluations(),
        )
        if status is not Status.INTERRUPTED:
            self._writer.compact()
        self._writer.manifest(self._manifest)

    def _report(self) -> str:
        """Write the report; return why it could not be, or an empty text."""
        try:
            self._writer.report(render(load_run_folder(self._writer.folder), "html"))
        except Exception as error:  # noqa: BLE001 - the numbers are kept, whatever a page is like
            return sentence_of(error)
        return ""


def render(run: Run, form: str) -> str:
    """Return a run as a document of the registered form.

    Raises:
        UnknownName: no report of that name.
    """
    renderer: Renderer = registry.find("reports", form, "--format")()
    return renderer.render(run)
