"""``harness noise SPEC``: how far one checkpoint moves from run to run."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.exits import ExitCode


@click.command("noise", epilog="Example: harness noise nightly.toml --repeats 5 --limit 200")
@click.argument("spec", type=click.Path(path_type=Path))
@click.option(
    "--repeats",
    type=click.IntRange(min=2),
    default=3,
    show_default=True,
    help="Runs of the one checkpoint; the first does as SPEC says.",
)
@click.option("--model", "models", multiple=True, metavar="NAME", help="Ask only this model.")
@click.option("--suite", "suites", multiple=True, metavar="NAME", help="Run only this suite.")
@click.option("--limit", type=click.IntRange(min=1), help="Samples per suite, drawn with the seed.")
@click.option("--out", metavar="DIR", help="Folder for runs and study, in place of the spec's.")
def command(
    spec: Path,
    repeats: int,
    models: tuple[str, ...],
    suites: tuple[str, ...],
    limit: int | None,
    out: str | None,
) -> int:
    """Run SPEC several times, varied in what must not matter, and keep how far numbers move.

    Varied are the order of the samples, the size of batches and the seed of drawn tokens.
    """
    from harness.cli.noise_table import print_study
    from harness.cli.progress import terminal_progress
    from harness.config import load_spec
    from harness.noise_study import study_noise
    from harness.overrides import overridden
    from harness.store.noise_studies import read_study

    loaded = overridden(load_spec(spec), models=models, suites=suites, limit=limit, out=out)
    try:
        with terminal_progress() as progress:
            path = study_noise(loaded, progress, n_repeats=repeats)
    except KeyboardInterrupt:
        click.echo("interrupted; runs that are whole are kept, the study is not", err=True)
        return ExitCode.INTERRUPTED
    print_study(read_study(path), path)
    return ExitCode.PASS
