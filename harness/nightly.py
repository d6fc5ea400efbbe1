"""The nightly job: run, compare with the line's baseline and its history, judge, keep."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from harness.audit import audit
from harness.core.judgement import Judgement
from harness.core.ports import Progress
from harness.core.run import Status
from harness.core.spec import RunSpec
from harness.engine.alarms import alarms_of
from harness.gating import Terms, judge_operands, not_kept
from harness.line_history import line_history
from harness.operand import Operand, find_operand
from harness.store.baselines import check_name, read_baselines, set_baseline
from harness.store.noise_studies import read_studies


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What one night came to."""

    operand: Operand
    """Tonight's run."""
    judgement: Judgement | None
    """None on the first night of a line, when there is nothing to compare with."""
    is_baseline: bool
    """Tonight's run has become the line's baseline."""
    problem: str = ""
    """Why the verdict could not be kept whole."""
    warnings: tuple[str, ...]
    """One sentence for each folder that the history had to leave out."""


def nightly(spec: RunSpec, line: str, terms: Terms, progress: Progress) -> Night:
    """Carry out a spec as one night of a line.

    The line's baseline is the baseline of the same name. The first complete run of a line becomes
    it, and no later one does by itself, so that a slow decline cannot move it along.

    Args:
        spec: what to run.
        line: its name.
        terms: how it is judged.
        progress: is told how far it has come.

    Raises:
        ConfigError: the spec, the policy or the name is wrong, or the baseline's run has been
            deleted; before any model is loaded.
        StoreError: the run folder cannot be written.
    """
    root = Path(spec.out)
    check_name(line, root)
    policy = terms.policy()
    if line in (baselines := read_baselines(root)):
        baselines[line].folder(root)  # one that is deleted is told before the night is spent
    folder = audit(replace(spec, line=line), progress)
    operand = find_operand(str(folder), root)
    if line not in read_baselines(root):
        is_complete = operand.run.manifest.status is Status.COMPLETE
        if is_complete:
            set_baseline(line, folder, operand.run.manifest, root)
        return Night(operand=operand, judgement=None, is_baseline=is_complete, warnings=())
    progress.note("comparing with the baseline and the history")
    history = line_history(operand.run.manifest, root)
    noise = [item for study in read_studies(root) for item in study.noise]
    alarms = alarms_of(history.series, policy, run_id=operand.run.manifest.run_id, noise=noise)
    [judgement] = judge_operands(
        find_operand(line, root), [operand], replace(terms, alarms=alarms), root
    )
    return Night(
        operand=operand,
        judgement=judgement,
        is_baseline=False,
        problem=not_kept(operand, judgement, history.series),
        warnings=history.warnings,
    )
