"""Noise studies on the terminal: what each number came to, and how far it moved."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from math import fsum
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from harness.cli.printable import printable
from harness.core.noise import Noise, NoiseStudy
from harness.store.noise_studies import read_studies


def print_study(study: NoiseStudy, path: Path) -> None:
    """Print a table per suite and model (slices are in the file alone), then where the file is."""
    console = Console(highlight=False, emoji=False)
    n_runs = len(study.run_ids)
    varied = ", ".join(study.varied) or "nothing"
    console.print(f"[bold]{escape(printable(study.name))}[/bold]  {n_runs} runs; varied: {varied}")
    for (suite, model), own in groupby(study.noise, key=lambda noise: (noise.suite, noise.model)):
        noises = list(own)
        whole = [noise for noise in noises if noise.slice is None]
        console.print(_table(f"{suite} · {model}", whole))
        n_more = len(noises) - len(whole)
        if n_more:
            console.print(f"  and {n_more} numbers of slices, in the file", style="dim")
    console.print(f"noise study: {path}", soft_wrap=True, markup=False)


def known_noise(root: Path) -> tuple[Noise, ...]:
    """Return what the studies of a root have measured, and warn of those that cannot be read."""
    known = read_studies(root)
    for warning in known.warnings:
        click.echo(f"warning: {warning}", err=True)
    return known.noise


def _table(title: str, noises: Iterable[Noise]) -> Table:
    table = Table(
        title=escape(printable(title)), title_justify="left", title_style="bold", min_width=72
    )
    table.add_column("metric")
    for heading in ("mean", "spread", "floor", "flips", "n"):
        table.add_column(heading, justify="right")
    for noise in noises:
        table.add_row(
            escape(printable(noise.quantity)),
            f"{fsum(noise.values) / len(noise.values):z.4g}",
            f"{noise.spread:.3g}",
            f"{noise.floor:.3g}",
            "-" if noise.flip_rate is None else f"{noise.flip_rate:.2%}",
            str(noise.n),
        )
    return table
