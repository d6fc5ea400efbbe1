"""``harness demo``: a packaged spec on a real model, real data and a real classifier."""

from __future__ import annotations

from importlib.resources import as_file, files

import click

from harness.cli.run import carry_out
from harness.config import load_spec
from harness.overrides import overridden


@click.command("demo", epilog="Example: harness demo --limit 20")
@click.option("--limit", type=click.IntRange(min=1), help="Samples per suite, for a quicker look.")
@click.option("--out", metavar="DIR", default="runs", show_default=True, help="For run folders.")
def command(limit: int | None, out: str) -> int:
    """Audit SmolLM2-135M-Instruct and a sentiment classifier; takes a few minutes on two cores."""
    with as_file(files("harness") / "specs" / "demo.toml") as path:
        spec = overridden(load_spec(path), limit=limit, out=out)
    return carry_out(spec)
