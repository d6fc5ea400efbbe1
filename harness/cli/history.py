"""``harness history``: every number over all runs, with its changes dated."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

import click

from harness.core.errors import ConfigError


@click.command("history", epilog="Example: harness history --line main --metric 'f1*'")
@click.option("--line", metavar="NAME", help="Only runs of this nightly line.")
@click.option("--metric", default="*", metavar="PATTERN", help="Only these numbers.")
@click.option("--suite", default="*", metavar="PATTERN", help="Only these suites.")
@click.option("--model", default="*", metavar="PATTERN", help="Only these models.")
@click.option(
    "--root",
    default="runs",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Folder of the run folders.",
)
@click.option(
    "--format",
    "form",
    default="table",
    show_default=True,
    type=click.Choice(["table", "json", "csv"]),
    help="For a reader, or for a program.",
)
def command(
    line: str | None,
    metric: str,
    suite: str,
    model: str,
    root: Path,
    form: Literal["table", "json", "csv"],
) -> None:
    """Show every number over all complete runs that asked the same question."""
    from harness.cli.history_table import history_csv, history_json, history_lines
    from harness.engine.history import with_shifts
    from harness.store.histories import read_histories

    histories = read_histories(root, line=line)
    for warning in histories.warnings:
        click.echo(warning, err=True)
    found = [
        with_shifts(series)
        for series in histories.series
        if fnmatchcase(series.quantity.id, metric)
        and fnmatchcase(series.suite, suite)
        and fnmatchcase(series.model, model)
    ]
    if not found:
        reason = f"no complete run in {str(root)!r} has such a number"
        raise ConfigError("history", reason, "check --root, --line and the patterns")
    if form == "json":
        click.echo(history_json(found), nl=False)
    elif form == "csv":
        click.echo(history_csv(found), nl=False)
    else:
        click.echo("\n".join(history_lines(found)))
