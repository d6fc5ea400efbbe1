"""``harness rescore RUN``: new metrics on stored answers."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.run import shown_result


@click.command("rescore", epilog="Example: harness rescore latest --metric chrf")
@click.argument("run")
@click.option("--spec", type=click.Path(path_type=Path), help="Suites of this file, not the run's.")
@click.option("--suite", "suites", multiple=True, metavar="NAME", help="Score only this suite.")
@click.option("--metric", "metrics", multiple=True, metavar="NAME", help="Measure this as well.")
@click.option("--out", metavar="DIR", help="Folder for the new run, in place of RUN's.")
@click.option("--root", default="runs", show_default=True, help="Folder of the run folders.")
def command(
    *,
    run: str,
    spec: Path | None,
    suites: tuple[str, ...],
    metrics: tuple[str, ...],
    out: str | None,
    root: str,
) -> int:
    """Score the answers of RUN (a folder, an id, the start of one, or 'latest') without its models.

    RUN stays as it is; the numbers go into a new run folder. A question that RUN has no answer to
    counts as failed.
    """
    from harness.cli.progress import terminal_progress
    from harness.rescoring import rescore_run
    from harness.store.run_folder import find_run

    folder = find_run(run, Path(root))
    with terminal_progress() as progress:
        rescored = rescore_run(folder, progress, spec=spec, suites=suites, metrics=metrics, out=out)
    return shown_result(rescored)
