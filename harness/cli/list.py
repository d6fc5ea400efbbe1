"""``harness list``: what is registered, and what has been run."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from harness import registry
from harness.core.errors import ConfigError, StoreError


@click.command("list", epilog="Example: harness list metrics")
@click.argument("kind", required=False, type=click.Choice([*registry.KINDS, "runs"]))
@click.argument("pattern", required=False)
@click.option("--root", default="runs", show_default=True, help="Folder of the run folders.")
def command(kind: registry.Kind | Literal["runs"] | None, pattern: str | None, root: str) -> None:
    """List what is registered, or all runs; everything registered when KIND is left out.

    PATTERN such as 'lm_eval:*swag*' lists the names that may stand behind the colon.
    """
    if kind == "runs":
        _list_runs(Path(root))
        return
    if kind is not None and pattern is not None:
        _list_behind_colon(kind, pattern)
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


def _list_behind_colon(kind: registry.Kind, pattern: str) -> None:
    name, _, inner = pattern.partition(":")
    listing = getattr(registry.find(kind, name, "PATTERN"), "listed", None)
    if listing is None:
        raise ConfigError(f"{kind} {name!r}", "takes no name behind a colon", "leave PATTERN out")
    found = sorted(listing(inner or "*"))
    for each, words in found:
        click.echo(f"  {name}:{each}  {words}")
    if not found:
        click.echo(f"no name is like {inner!r}", err=True)


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
