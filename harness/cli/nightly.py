"""``harness nightly SPEC --line NAME``: run, compare, gate, for a scheduler."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.exits import ExitCode

if TYPE_CHECKING:
    from harness.core.judgement import Judgement
    from harness.nightly import Night


@click.command("nightly", epilog="Example: harness nightly nightly.toml --line main")
@click.argument("spec", type=click.Path(path_type=Path))
@click.option("--line", required=True, metavar="NAME", help="Name of this series of runs.")
@click.option("--policy", type=click.Path(path_type=Path), help="Margins, alpha, correction.")
@click.option("--limit", type=click.IntRange(min=1), help="Samples per suite, drawn with the seed.")
@click.option("--out", metavar="DIR", help="Folder for run folders, in place of the spec's.")
@click.option("--resume", metavar="RUN", help="Take up a killed night: its answers are kept.")
@click.option("--site", type=click.Path(path_type=Path), help="Publish all runs here, too.")
def command(
    *,
    spec: Path,
    line: str,
    policy: Path | None,
    limit: int | None,
    out: str | None,
    resume: str | None,
    site: Path | None,
) -> int:
    """Carry out SPEC as one night of a line, and judge it beside the line's baseline and history.

    The first complete run of a line becomes its baseline. Exit codes: 0 improved or no worse, or
    the first night; 1 regressed; 3 invalid or incomplete; 4 inconclusive where the policy says
    inconclusive = "fail".
    """
    from harness.cli.progress import terminal_progress
    from harness.config import load_spec
    from harness.gating import Terms
    from harness.nightly import nightly
    from harness.overrides import overridden
    from harness.store.run_folder import find_run
    from harness.store.site_folder import refuse_strange

    loaded = overridden(load_spec(spec), limit=limit, out=out)
    terms = Terms.of_policy(policy)
    resumed = None if resume is None else find_run(resume, Path(loaded.out))
    if site is not None:
        refuse_strange(site)
    with terminal_progress() as progress:
        night = nightly(loaded, line, terms, progress, resume=resumed)
    code = _told(night, line)
    if site is not None and not _is_published(Path(loaded.out), site):
        code = code or ExitCode.INCOMPLETE
    return code


def _is_published(root: Path, site: Path) -> bool:
    """Publish all runs; what goes wrong there does not hide the night's verdict."""
    from harness.cli.site import publish_root
    from harness.engine.breakdown import sentence_of

    try:
        publish_root(root, site)
    except Exception as error:  # noqa: BLE001 - whatever it is, the verdict goes before it
        click.echo(f"error: the site could not be published: {sentence_of(error)}", err=True)
        return False
    return True


def _told(night: Night, line: str) -> int:
    """Print what the night came to; return the exit code."""
    for warning in night.warnings:
        click.echo(f"warning: {warning}", err=True)
    if night.judgement is not None:
        code = _told_verdict(night, night.judgement)
    else:
        code = _told_unjudged(night, line)
    for problem in night.problems:
        click.echo(f"error: {problem}", err=True)
    return code or (ExitCode.INCOMPLETE if night.problems else ExitCode.PASS)


def _told_verdict(night: Night, judgement: Judgement) -> int:
    from harness.cli.judgement_table import print_judgement
    from harness.gating import exit_code_of
    from harness.store.run_folder import REPORT

    print_judgement(judgement)
    if not night.problems:
        click.echo(f"report: {night.operand.folder / REPORT}")
    return exit_code_of(judgement)


def _told_unjudged(night: Night, line: str) -> int:
    from harness.cli.table import print_result
    from harness.result import Result

    print_result(Result(night.operand.run, night.operand.folder))
    run_id = night.operand.run.manifest.run_id
    if night.is_baseline:
        click.echo(f"{run_id} is the first of {line}: later nights are compared with it")
        return ExitCode.PASS
    if night.is_first:
        click.echo(f"{line} has no baseline yet, and {run_id} is too incomplete to be one")
    return ExitCode.INCOMPLETE
