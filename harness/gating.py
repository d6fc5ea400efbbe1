"""Judges stored runs, and keeps what came of it beside them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.audit import render
from harness.comparing import compare, refuse_incomparable
from harness.core.errors import ConfigError
from harness.core.history import Alarm, Series
from harness.core.judgement import Judgement
from harness.core.noise import Noise
from harness.core.policy import Policy
from harness.core.run import Outline, Record, Records, Run
from harness.core.verdict import Verdict
from harness.engine.bias_moves import with_moves
from harness.engine.breakdown import sentence_of
from harness.engine.judge import Context, judge
from harness.operand import Operand
from harness.policy_file import load_policy
from harness.run_views import with_views
from harness.store.baselines import read_baselines
from harness.store.documents import write_text
from harness.store.folder_lock import FolderLock
from harness.store.judgement_file import DOCUMENTS, write_judgement
from harness.store.run_folder import REPORT
from harness.store.samples_file import StoredRecords


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How sides are compared and judged."""

    policy: Policy = field(default_factory=Policy)
    policy_source: str = ""
    """Name of its file; empty for the default policy."""
    suites: tuple[str, ...] = ()
    """All when empty."""
    is_forced: bool = False
    alarms: tuple[Alarm, ...] = ()
    noise: tuple[Noise, ...] = ()
    """How far equal checkpoints lie apart, as noise studies have found."""

    @classmethod
    def of_policy(
        cls,
        path: Path | None,
        *,
        suites: tuple[str, ...] = (),
        is_forced: bool = False,
        noise: tuple[Noise, ...] = (),
    ) -> Terms:
        """Read a policy file; take the default policy without one.

        Raises:
            ConfigError: it cannot be read.
            SpecErrors: everything that is wrong with it.
        """
        return cls(
            policy=load_policy(path),
            policy_source="" if path is None else path.name,
            suites=suites,
            is_forced=is_forced,
            noise=noise,
        )


def judge_operands(
    baseline: Operand,
    candidates: Sequence[Operand],
    terms: Terms,
    root: Path,
    *,
    is_refusing: bool = False,
) -> tuple[Judgement, ...]:
    """Compare candidates with their baseline and judge them together.

    Args:
        baseline: what to compare with.
        candidates: what is in question.
        terms: policy, suites, force, noise.
        root: folder of the run folders, with the baselines.
        is_refusing: raise where sides are not comparable, in place of an invalid verdict.

    Raises:
        ConfigError: nothing to compare, a side beside itself, or, when refusing, what is not the
            same.
        StoreError: a run cannot be read.
    """
    for candidate in candidates:
        _refuse_itself(baseline, candidate)
    comparisons = [
        compare(
            baseline,
            candidate,
            level=1 - terms.policy.alpha,
            suites=terms.suites,
            is_forced=terms.is_forced,
        )
        for candidate in candidates
    ]
    if is_refusing:
        for comparison in comparisons:
            refuse_incomparable(comparison)
    context = Context(
        policy=terms.policy,
        policy_source=terms.policy_source,
        baseline_name=_name_of(baseline, root),
        noise=terms.noise,
        alarms=terms.alarms,
        is_narrowed=bool(terms.suites),
    )
    return judge(comparisons, context)


def judged_run(candidate: Operand, judgement: Judgement, history: tuple[Series, ...] = ()) -> Run:
    """Return the candidate's run as its report shows it: with the verdict, and the model meant."""
    run = candidate.run
    if candidate.model is not None:
        run = _narrowed(run, candidate.model, candidate.folder)
    return _judged(with_views(run, candidate.folder), judgement, history)


def _judged(run: Run, judgement: Judgement, history: tuple[Series, ...]) -> Run:
    """Return a run with its views as one that was compared."""
    found = run.bias and with_moves(run.bias, judgement.comparison)
    return replace(run, judgement=judgement, history=history, bias=found)


def keep(candidate: Operand, judgement: Judgement, history: tuple[Series, ...] = ()) -> None:
    """Write the verdict into the candidate's folder: as data, in the report, and for builds.

    Raises:
        StoreError: the folder is being written by another process, or cannot be.
    """
    lock = FolderLock(candidate.folder, remedy="let this user write there")
    try:
        write_judgement(candidate.folder, judgement)
        run = _judged(with_views(candidate.run, candidate.folder), judgement, history)
        for form, name in DOCUMENTS.items():
            write_text(candidate.folder / name, render(run, form))
        write_text(candidate.folder / REPORT, render(run, "html"))
    finally:
        lock.release()


def not_kept(candidate: Operand, judgement: Judgement, history: tuple[Series, ...] = ()) -> str:
    """Keep a verdict; return why it could not be kept, or an empty text.

    A full disk, or a defect of a report, must not hide a verdict that has been reached.
    """
    try:
        keep(candidate, judgement, history)
    except Exception as error:  # noqa: BLE001 - whatever it is, the verdict goes before it
        return f"the verdict could not be kept whole: {sentence_of(error)}"
    return ""


def exit_code_of(judgement: Judgement) -> int:
    """Return what a gate ends with: 0 pass, 1 regressed, 3 invalid, 4 undecided on demand."""
    if judgement.verdict is Verdict.REGRESSED:
        return 1
    if judgement.verdict is Verdict.INVALID:
        return 3
    is_open = judgement.verdict is Verdict.INCONCLUSIVE
    return 4 if is_open and judgement.policy.inconclusive == "fail" else 0


def _refuse_itself(baseline: Operand, candidate: Operand) -> None:
    """Refuse what would always pass: no model is worse than itself."""
    run_id = candidate.run.manifest.run_id
    if baseline.run.manifest.run_id == run_id and baseline.models() & candidate.models():
        remedy = "set the baseline before the run that is to be judged"
        raise ConfigError("BASELINE and CANDIDATE", f"both sides are run {run_id}", remedy)


def _name_of(baseline: Operand, root: Path) -> str:
    """Return the baseline's own name, when it was given by one."""
    return baseline.run_name if baseline.run_name in read_baselines(root) else ""


def _narrowed(run: Run, model: str, folder: Path) -> Run:
    manifest = run.manifest
    return replace(
        run,
        manifest=replace(
            manifest,
            models={name: parts for name, parts in manifest.models.items() if name == model},
            evaluations=tuple(done for done in manifest.evaluations if done.model == model),
        ),
        estimates=tuple(estimate for estimate in run.estimates if estimate.model == model),
        figures={key: own for key, own in run.figures.items() if key[0] == model},
        records=_RecordsOf(StoredRecords(folder), model),
    )


@dataclass(frozen=True, slots=True)
class _RecordsOf:
    """The rows of one model, read from disk as they are needed."""

    records: Records
    model: str

    def __iter__(self) -> Iterator[Record]:
        """Yield the rows."""
        return (record for record in self.records if record.model == self.model)

    def outlines(self) -> Iterator[Outline]:
        """Yield the rows without decoding them."""
        return (outline for outline in self.records.outlines() if outline.model == self.model)

    def chosen(self, keys: Collection[tuple[str, str, str]]) -> Iterator[Record]:
        """Yield the records of the named samples."""
        return self.records.chosen([key for key in keys if key[0] == self.model])
