"""``harness gate RUN``: the verdict on a run beside a baseline, as an exit code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from harness.cli.exits import ExitCode


@click.command("gate", epilog="Example: harness gate latest --baseline main --policy gate.toml")
@click.argument("runs", nargs=-1, required=True, metavar="RUN")
@click.option("--baseline", metavar="NAME", help="A baseline, or any other run; required.")
@click.option("--policy", type=click.Path(path_type=Path), help="Margins, alpha, correction.")
@click.option("--suite", "suites", multiple=True, metavar="NAME", help="Judge only this suite.")
@click.option("--force", "is_forced", is_flag=True, help="Also what is not comparable; marked.")
@click.option(
    "--spec",
    metavar="SPEC[:MODEL]",
    help="Ask this spec's suites of sides that are checkpoints, in the place of that model.",
)
@click.option("--root", default="runs", show_default=True, help="Folder of the run folders.")
def command(
    *,
    runs: tuple[str, ...],
    baseline: str | None,
    policy: Path | None,
    suites: tuple[str, ...],
    is_forced: bool,
    spec: str | None,
    root: str,
) -> int:
    """Judge RUN (a run, RUN:MODEL or, with --spec, a checkpoint) beside a baseline.

    Keeps the verdict in the run's folder: judgement.json, report.html, gate.md for a summary page,
    gate.xml (JUnit) and gate.json. Exit codes: 0 improved or no worse, 1 regressed, 3 invalid,
    4 inconclusive where the policy says inconclusive = "fail".
    """
    if len(runs) > 1 or baseline is None:
        raise click.UsageError(
            f"a gate judges one run beside a baseline; write {_right_form(runs, baseline)}"
        )
    from harness.cli.judgement_table import print_judgement
    from harness.cli.noise_table import known_noise
    from harness.cli.progress import terminal_progress
    from harness.engine.alarms import alarms_of
    from harness.gating import Terms, exit_code_of, judge_operands, not_kept
    from harness.line_history import line_history
    from harness.sides import checkpoint_spec, find_sides
    from harness.store.run_folder import REPORT

    checkpoints = None if spec is None else checkpoint_spec(spec, terminal_progress)
    before, candidate = find_sides((baseline, *runs), Path(root), checkpoints)
    noise = known_noise(Path(root))
    terms = Terms.of_policy(policy, suites=suites, is_forced=is_forced, noise=noise)
    manifest = candidate.run.manifest
    history = line_history(manifest, candidate.folder.parent)
    for warning in history.warnings:
        click.echo(f"warning: {warning}", err=True)
    alarms = alarms_of(history.series, terms.policy, run_id=manifest.run_id, noise=noise)
    terms = replace(terms, alarms=alarms)
    [judgement] = judge_operands(before, [candidate], terms, Path(root))
    print_judgement(judgement)
    problem = not_kept(candidate, judgement, history.series)
    click.echo(f"error: {problem}" if problem else f"report: {candidate.folder / REPORT}")
    return exit_code_of(judgement) or (ExitCode.INCOMPLETE if problem else ExitCode.PASS)


def _right_form(runs: tuple[str, ...], baseline: str | None) -> str:
    """Return the command that was probably meant: two sides stand in the order of a comparison."""
    before = baseline or (runs[0] if len(runs) > 1 else "NAME")
    return f"harness gate {runs[-1]} --baseline {before}"
