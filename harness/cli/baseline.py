"""``harness baseline``: names for the runs that others are measured against."""

from __future__ import annotations

from pathlib import Path

import click

from harness.store.baselines import Baseline

_ROOT = click.option(
    "--root",
    default="runs",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Folder of the run folders.",
)


@click.group("baseline", epilog="Example: harness baseline set main latest")
def command() -> None:
    """Name the runs that others are measured against."""


@command.command("set", epilog="Example: harness baseline set main latest")
@click.argument("name")
@click.argument("run")
@click.option(
    "--force", "is_forced", is_flag=True, help="Also a RUN that is incomplete or a repeat."
)
@_ROOT
def set_command(name: str, run: str, root: Path, *, is_forced: bool) -> None:
    """Let NAME stand for RUN wherever a run is named."""
    from harness.store.baselines import set_baseline
    from harness.store.run_folder import find_run, load_run_folder

    folder = find_run(run, root)
    manifest = load_run_folder(folder).manifest
    before = set_baseline(name, folder, manifest, root, is_forced=is_forced)
    replaced = f" (it was {before.run_id})" if before else ""
    click.echo(f"{name} is now {folder.name}{replaced}")


@command.command("list", epilog="Example: harness baseline list")
@_ROOT
def list_command(root: Path) -> None:
    """List the baselines: name, run, the day it was set, what was run."""
    from harness.store.baselines import read_baselines

    baselines = read_baselines(root)
    if not baselines:
        click.echo(f"no baselines in {str(root)!r}", err=True)
    width = max(map(len, baselines), default=0)
    for name, baseline in baselines.items():
        click.echo(f"{name:<{width}}  {_described(baseline, root)}")


@command.command("rm", epilog="Example: harness baseline rm main")
@click.argument("name")
@_ROOT
def remove_command(name: str, root: Path) -> None:
    """Forget NAME; the run itself stays."""
    from harness.store.baselines import remove_baseline

    click.echo(f"{name} is no baseline any more (it was {remove_baseline(name, root).run_id})")


def _described(baseline: Baseline, root: Path) -> str:
    models = ", ".join(sorted(baseline.models))
    gone = "" if (root / baseline.run_id).is_dir() else "  (its folder is deleted)"
    day = baseline.set_at.partition("T")[0]
    return f"{baseline.run_id}  set {day}  {baseline.run_name} ({models}){gone}"
