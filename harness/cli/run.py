"""``harness run SPEC``: the main job."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.exits import ExitCode
from harness.core.run import Status
from harness.core.spec import RunSpec
from harness.overrides import overridden


@click.command("run", epilog="Example: harness run nightly.toml --suite openbookqa --limit 100")
@click.argument("spec", type=click.Path(path_type=Path))
@click.option("--model", "models", multiple=True, metavar="NAME", help="Ask only this model.")
@click.option("--suite", "suites", multiple=True, metavar="NAME", help="Run only this suite.")
@click.option("--limit", type=click.IntRange(min=1), help="Samples per suite, drawn with the seed.")
@click.option("--seed", type=click.IntRange(min=0), help="In place of the spec's seed.")
@click.option("--out", metavar="DIR", help="Folder for run folders, in place of the spec's.")
@click.option("--resume", metavar="RUN", help="Take up a killed run: its answers are kept.")
def command(
    spec: Path,
    models: tuple[str, ...],
    suites: tuple[str, ...],
    limit: int | None,
    seed: int | None,
    out: str | None,
    resume: str | None,
) -> int:
    """Carry out SPEC (a TOML file) and write a run folder with an HTML report."""
    from harness.config import load_spec

    loaded = overridden(
        load_spec(spec), models=models, suites=suites, limit=limit, seed=seed, out=out
    )
    return carry_out(loaded, resume)


def carry_out(spec: RunSpec, resume: str | None = None) -> int:
    """Audit, print the table and the report's path; return the exit code."""
    from harness.audit import audit
    from harness.cli.progress import terminal_progress
    from harness.result import load_run

    resumed = load_run(resume, root=spec.out).folder if resume else None
    with terminal_progress() as progress:
        folder = audit(spec, progress, resume=resumed)
    return shown_result(folder)


def shown_result(folder: Path) -> int:
    """Print a run's table and its report's path; return the exit code."""
    from harness.cli.table import print_result
    from harness.result import load_run

    result = load_run(folder)
    print_result(result)
    is_complete = result.run.manifest.status is Status.COMPLETE
    return ExitCode.PASS if is_complete else ExitCode.INCOMPLETE
