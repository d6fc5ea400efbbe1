"""``harness list``: what is registered, and what has been run."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from harness import registry
from harness.core.errors import StoreError


@click.command("list", epilog="Example: harness list metrics")
@click.argument("kind", required=False, type=click.Choice([*registry.KINDS, "runs"]))
@click.option("--root", default="runs", show_default=True, help="Folder of the run folders.")
def command(kind: registry.Kind | Literal["runs"] | None, root: str) -> None:
    """List what is registered, or all runs; everything registered when KIND is left out."""
    if kind == "runs":
        _list_runs(Path(root))
        return
    for name in registry.KINDS if kind is None else (kind,):
        if kind is None:
            click.echo(f"{name}:")
        _list_registered(name)


def _list_registered(kind: registry.Kind) -> None:
    points = registry.registered(kind)
    width = max(map(len, points), default=0)
    for name, point in points.items():
        click.echo(f"  {name:<{width}}  {registry.summary(point)}")


def _list_runs(root: Path) -> None:
    from harness.store.run_folder import load_run_folder, run_folders

    if not root.is_dir():
        click.echo(f"no folder {str(root)!r}, and so no runs", err=True)
    for folder in run_folders(root):
        try:
            manifest = load_run_folder(folder).manifest
        except StoreError as error:
            click.echo(f"{folder.name}  unreadable   {error}")
            continue
        models = ", ".join(sorted({done.model for done in manifest.evaluations}))
        click.echo(f"{folder.name}  {manifest.status:<11}  {manifest.name}  ({models})")
