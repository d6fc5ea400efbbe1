"""``harness report RUN``: render again from what is stored."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from harness.audit import render
from harness.core.run import Run
from harness.line_history import line_history
from harness.result import Result, load_run
from harness.store.documents import write_text
from harness.trade_off import with_tradeoff


@click.command("report", epilog="Example: harness report latest --format md -o summary.md")
@click.argument("run")
@click.option("--format", "form", default="html", show_default=True, help="html, md, json, csv, …")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file.")
@click.option("--root", default="runs", show_default=True, help="Folder of the run folders.")
def command(run: str, form: str, output: Path | None, root: str) -> None:
    """Render RUN (a folder, an id, the start of one, or 'latest'): no model, no network."""
    document = render(_with_history(load_run(run, root=root)), form)
    if output is None:
        click.echo(document, nl=False)
    else:
        write_text(output, document)
        click.echo(str(output))


def _with_history(result: Result) -> Run:
    """Show models beside each other, and a run that was judged as its line had it on that day."""
    run = with_tradeoff(result.run, result.folder)
    if run.judgement is None:
        return run
    return replace(run, history=line_history(run.manifest, result.folder.parent).series)
