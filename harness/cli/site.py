"""``harness site``: all runs as a folder of pages."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("site", epilog="Example: harness site --out public")
@click.option("--root", default="runs", show_default=True, help="Folder of the run folders.")
@click.option("--out", default="site", show_default=True, help="Folder of the site.")
@click.option("--format", "form", default="html", show_default=True, help="A registered site.")
def command(root: str, out: str, form: str) -> None:
    """Publish all runs: an index, a page per run and line, and any two runs side by side.

    Only what has changed since the last time is written again. The site opens from disk.
    """
    publish_root(Path(root), Path(out), form)


def publish_root(root: Path, out: Path, form: str = "html") -> None:
    """Publish the runs of a root and print where the site is."""
    from harness import registry
    from harness.publish import publish

    renderer = registry.find("sites", form, "--format")()
    done = publish(root, out, renderer, lambda text: click.echo(text, err=True))
    for reason in done.unreadable:
        click.echo(f"left out: {reason}", err=True)
    runs = "1 run" if done.n_runs == 1 else f"{done.n_runs} runs"
    click.echo(f"{runs}, {done.n_written} files written, {done.n_removed} removed", err=True)
    click.echo(str(done.folder / "index.html"))
