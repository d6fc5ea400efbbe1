"""``harness report RUN``: render again from what is stored."""

from __future__ import annotations

from pathlib import Path

import click

from harness.audit import render
from harness.result import load_run
from harness.store.documents import write_text


@click.command("report", epilog="Example: harness report latest --format md -o summary.md")
@click.argument("run")
@click.option("--format", "form", default="html", show_default=True, help="html, md, json, csv, …")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file.")
@click.option("--root", default="runs", show_default=True, help="Folder of the run folders.")
def command(run: str, form: str, output: Path | None, root: str) -> None:
    """Render RUN (a folder, an id, the start of one, or 'latest'): no model, no network."""
    document = render(load_run(run, root=root).run, form)
    if output is None:
        click.echo(document, nl=False)
    else:
        write_text(output, document)
        click.echo(str(output))
