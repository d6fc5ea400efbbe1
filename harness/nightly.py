"""The nightly job: run, compare with the line's baseline and its history, judge, keep."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from harness.audit import UnwrittenReport, audit
from harness.core.errors import ConfigError
from harness.core.judgement import Judgement
from harness.core.ports import Progress
from harness.core.run import Status
from harness.core.spec import RunSpec
from harness.engine.alarms import alarms_of
from harness.engine.breakdown import sentence_of
from harness.gating import Terms, judge_operands, not_kept
from harness.line_history import line_history
from harness.operand import Operand, find_operand
from harness.store.baselines import check_name, read_baselines, set_baseline
from harness.store.noise_studies import read_studies
from harness.store.run_folder import load_unjudged


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What one night came to."""

    operand: Operand
    """Tonight's run."""
    judgement: Judgement | None = None
    """None where there is nothing to compare with, or it could not be judged."""
    is_first: bool = False
    """The line had no baseline before."""
    is_baseline: bool = False
    """Tonight's run has become the line's baseline."""
    problems: tuple[str, ...] = ()
    """What could not be done after the models were asked."""
    warnings: tuple[str, ...] = ()
    """One sentence for each run and noise study that had to be left out."""


def nightly(
    spec: RunSpec, line: str, terms: Terms, progress: Progress, *, resume: Path | None = None
) -> Night:
    """Carry out a spec as one night of a line.

    The line's baseline is the baseline of the same name. The first complete run of a line becomes
    it, and no later one does by itself, so that a slow decline cannot move it along.

    Args:
        spec: what to run.
        line: its name.
        terms: how it is judged.
        progress: is told how far it has come.
        resume: folder of a run of this line that was interrupted; its answers are kept.

    Raises:
        ConfigError: the spec or the name is wrong, or the baseline's run has been
            deleted; before any model is loaded.
        StoreError: the run folder cannot be written, or, before any model is loaded, the baseline
            cannot be read.
        Interrupted: after everything answered has been kept.
    """
    root = Path(spec.out)
    check_name(line, root)
    baseline = _baseline(line, root)
    if resume is not None:
        _check_same_line(resume, line, root)
    problems: list[str] = []
    try:
        folder = audit(replace(spec, line=line), progress, resume=resume)
    except UnwrittenReport as error:
        folder = error.folder
        problems.append(f"the report could not be written: {error}")
    night = Night(operand=find_operand(str(folder), root), problems=tuple(problems))
    try:
        # It may have been set while the models were asked.
        baseline = baseline or _baseline(line, root)
        if baseline is None:
            is_baseline = _became_baseline(line, night.operand, root)
            return replace(night, is_first=True, is_baseline=is_baseline)
        progress.note("comparing with the baseline and the history")
        return _judged(night, baseline, terms, root)
    except Exception as error:  # noqa: BLE001 - the night is spent: whoever asked is told of it all
        problem = f"the night could not be judged: {sentence_of(error)}"
        return replace(night, problems=(*night.problems, problem))


def _baseline(line: str, root: Path) -> Operand | None:
    """Return the line's baseline if it has one, read whole: what is wrong is told now."""
    if line not in read_baselines(root):
        return None
    baseline = find_operand(line, root)
    baseline.scores()
    return baseline


def _check_same_line(resumed: Path, line: str, root: Path) -> None:
    if resumed.resolve().parent != root.resolve():
        reason = f"{resumed} lies outside {str(root)!r}, where the line's runs are"
        raise ConfigError("--resume", reason, f"give --out {resumed.parent}")
    known = load_unjudged(resumed).manifest.line
    if known != line:
        reason = f"{resumed} is a run of {f'the line {known!r}' if known else 'no line'}"
        remedy = f"give --line {known}" if known else "take it up with harness run --resume"
        raise ConfigError("--resume", reason, remedy)


def _became_baseline(line: str, operand: Operand, root: Path) -> bool:
    manifest = operand.run.manifest
    if manifest.status is not Status.COMPLETE:
        return False
    set_baseline(line, operand.folder, manifest, root)
    return True


def _judged(night: Night, baseline: Operand, terms: Terms, root: Path) -> Night:
    """Judge tonight's run beside the baseline and the history, and keep the verdict."""
    manifest = night.operand.run.manifest
    history = line_history(manifest, root)
    studies = read_studies(root)
    alarms = alarms_of(history.series, terms.policy, run_id=manifest.run_id, noise=studies.noise)
    known = replace(terms, alarms=alarms, noise=studies.noise)
    [judgement] = judge_operands(baseline, [night.operand], known, root)
    problem = not_kept(night.operand, judgement, history.series)
    return replace(
        night,
        judgement=judgement,
        # A verdict that is kept has brought a report with it.
        problems=(problem,) if problem else (),
        warnings=(*history.warnings, *studies.warnings),
    )
