"""Carries out a RunSpec from end to end and leaves a run folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from harness import registry
from harness.core.abilities import TaskOfParts
from harness.core.errors import ConfigError, StoreError
from harness.core.estimate import Estimate
from harness.core.figure import Figure
from harness.core.identity import Identity
from harness.core.ports import Progress, Renderer, Session
from harness.core.run import Evaluation, Manifest, Run, Status
from harness.core.schema import SCHEMA_VERSION
from harness.core.spec import ModelSpec, RunSpec
from harness.engine.breakdown import sentence_of
from harness.engine.environment import git_state, hardware, packages
from harness.engine.estimate import Context
from harness.engine.evaluate import Evaluated, Evaluating, evaluate
from harness.engine.judges import uses_of_suite
from harness.engine.plan import capability_for, idle_options, in_place
from harness.interruption import undisturbed
from harness.preparing import Prepared, is_in_rounds, prepare, rewrite_texts
from harness.resume import Earlier, inherited, read_earlier
from harness.run_views import with_views
from harness.store.run_folder import RunWriter, load_run_folder, new_run_id, now
from harness.text_measuring import Measuring, measure_texts
from harness.turns import Turn, take_turns


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


def audit(
    spec: RunSpec,
    progress: Progress,
    *,
    resume: Path | None = None,
    origin: Path | None = None,
    prepared: Sequence[Prepared] | None = None,
    warnings: tuple[str, ...] = (),
) -> Path:
    """Check everything, then load each model once and let every suite ask it.

    Args:
        spec: what to do.
        progress: is told how far it has come.
        resume: the folder of a run that was killed; its answers are kept and not asked again.
        origin: the folder of the run whose answers are given again, and with them what judges have
            made and said of its texts.
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
    earlier = Earlier() if origin is None else inherited(origin)
    if resume is not None:
        earlier = read_earlier(resume, planned, spec.seed)
    told = dict.fromkeys((*earlier.warnings, *warnings, *idle_options(spec)))
    manifest = replace(_manifest(spec, folder, planned, earlier), warnings=tuple(told))
    in_rounds = [item.suite.name for item in prepared if is_in_rounds(item)]
    earlier.check_machine(manifest, in_rounds)
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
    moment = now().isoformat(timespec="seconds")
    return Manifest(
        schema_version=SCHEMA_VERSION,
        run_id=folder.name,
        name=spec.name,
        line=spec.line or earlier.line,
        status=Status.RUNNING,
        started_at=earlier.manifest.started_at if earlier.manifest else moment,
        resumed_at=(*earlier.manifest.resumed_at, moment) if earlier.manifest else (),
        seed=spec.seed,
        limit=spec.limit,
        confidence_level=spec.confidence_level,
        min_coverage=spec.min_coverage,
        spec=spec.source,
        spec_folder=spec.folder,
        rescored_from=spec.rescored_from or earlier.rescored_from,
        is_repeat=spec.is_repeat or earlier.is_repeat,
        models=earlier.models,
        judges=earlier.judges,
        text_measures=spec.measures.names or earlier.text_measures,
        evaluations=planned,
        packages=packages(),
        git=git_state(Path.cwd()),
        hardware=hardware(),
    )


def _planned(spec: RunSpec, prepared: Sequence[Prepared]) -> Iterator[Evaluation]:
    models = {model.name: model for model in spec.models}
    for item in prepared:
        for name in item.suite.models:
            yield Evaluation(
                model=name,
                suite=item.suite.name,
                capability=str(capability_for(item.suite, models[name])),
                n_samples=item.task.n_samples,
                clean=item.suite.clean,
                perturbation=item.suite.perturbation.label if item.suite.perturbation else "",
                changes_target=getattr(item.suite.perturbation, "changes_target", False),
                attack=item.suite.attack.label if item.suite.attack else "",
                judges=tuple(use.judge.name for use in uses_of_suite(item.suite)),
                forms=item.suite.forms.label if item.suite.forms else "",
                explainer=item.suite.explainer.label if item.suite.explainer else "",
                suite_hash=item.hash,
                data_hash=item.data_hash,
                part_slices=item.task.part_slices if isinstance(item.task, TaskOfParts) else (),
            )


def _context(spec: RunSpec, planned: Evaluation, limit: int | None) -> Context:
    return Context(
        model=planned.model,
        suite=planned.suite,
        seed=spec.seed,
        confidence_level=spec.confidence_level,
        signature={
            "suite": planned.suite_hash[:12],
            "data": planned.data_hash[:12],
            "seed": spec.seed,
            "limit": limit or "none",
            "by": planned.capability,
        },
        part_slices=planned.part_slices,
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
            self._ask_all(earlier)
            self._measure_texts(earlier)
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
        self._finish(_status(self._spec, self._done, self._estimates))
        if problem := self._report():
            raise UnwrittenReport(self._writer.folder, problem)
        return self._writer.folder

    def _ask_all(self, earlier: Earlier) -> None:
        rewrite_texts(self._prepared, earlier.texts, self._progress.note)
        self._manifest = earlier.with_judges(self._manifest, self._spec.judges)
        for model in self._spec.models:
            self._ask_model(model, earlier)
        for item in filter(is_in_rounds, self._prepared):
            self._ask_in_rounds(item, earlier)

    def _ask_model(self, model: ModelSpec, earlier: Earlier) -> None:
        mine = [
            item
            for item in self._prepared
            if model.name in item.suite.models and not is_in_rounds(item)
        ]
        session = self._opened(model, mine) if mine else None
        if session is None:
            return
        try:
            self._has_opened(model, session.identity, earlier)
            for item in mine:
                self._ask_suite(model, item, session, earlier)
        finally:
            _close(session, self._progress.note)

    def _has_opened(self, model: ModelSpec, identity: Identity, earlier: Earlier) -> None:
        """Keep what a model is, now that it is known."""
        earlier.check_model(model.name, identity)
        parts = {**identity.parts, "fingerprint": identity.fingerprint}
        models = {**self._manifest.models, model.name: parts}
        self._manifest = replace(self._manifest, models=models)
        self._writer.manifest(self._manifest)

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
        planned = self._planned[model.name, item.suite.name]
        done = evaluate(
            planned,
            item.task,
            session,
            _context(self._spec, planned, item.limit),
            recorder=self._writer,
            progress=self._progress,
            earlier=earlier.answers.get((model.name, item.suite.name), ()),
        )
        self._manifest = earlier.with_judges(self._manifest, self._spec.judges)
        self._keep(done)
        if done.is_interrupted:
            raise KeyboardInterrupt

    def _ask_in_rounds(self, item: Prepared, earlier: Earlier) -> None:
        """Let the models take turns, each round of each in a process of its own."""
        models = [model for model in self._spec.models if model.name in item.suite.models]
        turns = [self._turn(model, item, earlier) for model in models]
        take_turns(item, turns, self._progress.note)
        for turn in turns:
            fingerprint = self._manifest.models.get(turn.model.name, {}).get("fingerprint", "")
            self._keep(turn.evaluating.finish(fingerprint))
        if any(turn.evaluating.is_interrupted for turn in turns):
            raise KeyboardInterrupt
        for turn in turns:
            if (refusal := turn.evaluating.refusal) is not None:
                refusal.args = (f"{refusal} (what was measured is kept in {self._writer.folder})",)
                raise in_place(refusal, item.suite.name, turn.model.name)

    def _turn(self, model: ModelSpec, item: Prepared, earlier: Earlier) -> Turn:
        planned = self._planned[model.name, item.suite.name]
        self._progress.begin(model.name, item.suite.name, planned.n_samples)
        return Turn(
            model=model,
            evaluating=Evaluating(
                planned,
                item.task,
                _context(self._spec, planned, item.limit),
                recorder=self._writer,
                progress=self._progress,
            ),
            earlier=tuple(earlier.answers.get((model.name, item.suite.name), ())),
            opened=lambda identity: self._has_opened(model, identity, earlier),
        )

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

    def _evaluations(self) -> tuple[Evaluation, ...]:
        """What is done, then what is still only planned."""
        known = {(done.model, done.suite) for done in self._done}
        rest = [plan for key, plan in self._planned.items() if key not in known]
        return (*self._done, *rest)

    def _measure_texts(self, earlier: Earlier) -> None:
        """Ask judges about texts, when no model is loaded any more."""
        job = Measuring(
            folder=self._writer.folder,
            measures=self._spec.measures,
            known=earlier.measured,
            note=self._progress.note,
        )
        told = (*self._manifest.warnings, *measure_texts(job, tuple(self._done)))
        manifest = earlier.with_judges(self._manifest, self._spec.judges)
        self._manifest = replace(manifest, warnings=told)

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
            folder = self._writer.folder
            self._writer.report(render(with_views(load_run_folder(folder), folder), "html"))
        except Exception as error:  # noqa: BLE001 - the numbers are kept, whatever a page is like
            return sentence_of(error)
        return ""


def _status(spec: RunSpec, done: Sequence[Evaluation], estimates: Sequence[Estimate]) -> Status:
    is_whole = all(not each.error and each.coverage >= spec.min_coverage for each in done)
    has_numbers = any(estimate.value is not None for estimate in estimates)
    return Status.COMPLETE if is_whole and has_numbers else Status.INCOMPLETE


def _close(session: Session, note: Callable[[str], None]) -> None:
    try:
        session.close()
    except Exception as error:  # noqa: BLE001 - its answers are here, whatever its end is like
        note(sentence_of(error))


def render(run: Run, form: str) -> str:
    """Return a run as a document of the registered form.

    Raises:
        UnknownName: no report of that name.
    """
    renderer: Renderer = registry.find("reports", form, "--format")()
    return renderer.render(run)
