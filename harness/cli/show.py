"""``harness show NAME_OR_RUN``: one registered thing, or one run."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import click

from harness import registry
from harness.core.errors import ConfigError, did_you_mean
from harness.option_docs import option_docs


@click.command("show", epilog="Example: harness show multiple_choice")
@click.argument("name")
@click.option("--root", default="runs", show_default=True, help="Folder of the run folders.")
def command(name: str, root: str) -> None:
    """Show an adapter, suite, metric or report with its options, or a run with its numbers."""
    kinds = [kind for kind in registry.KINDS if name in registry.registered(kind)]
    for kind in kinds:
        _show_registered(kind, name)
    if not kinds:
        _show_run(name, root)


def _show_registered(kind: registry.Kind, name: str) -> None:
    point = registry.registered(kind)[name]
    thing = registry.find(kind, name, name)
    click.echo(f"{kind.removesuffix('s')} {name}  ({registry.provider(point)}, {point.value})\n")
    click.echo(inspect.getdoc(thing) or registry.summary(point))
    if dataclasses.is_dataclass(thing) and isinstance(thing, type):
        _show_options(thing)
    _show_quantities(thing)


def _show_options(thing: type) -> None:
    options = option_docs(thing)
    if options:
        click.echo("\noptions:")
    for option in options:
        default = "required" if option.default is None else f"default {option.default}"
        click.echo(f"  {option.name} ({option.type}; {default})")
        if option.doc:
            click.echo(f"      {option.doc}")


def _show_quantities(thing: Any) -> None:
    quantities = getattr(thing, "quantities", None)
    if not isinstance(quantities, tuple):
        return
    click.echo("\nquantities:")
    for quantity in quantities:
        click.echo(f"  {quantity.id} ({quantity.direction} is better): {quantity.definition}")


def _show_run(name: str, root: str) -> None:
    from harness.cli.table import print_result
    from harness.result import load_run

    try:
        result = load_run(name, root=root)
    except ConfigError as error:
        known = [known for kind in registry.KINDS for known in registry.registered(kind)]
        raise ConfigError(
            name, f"is nothing registered, and no run either ({error})", did_you_mean(name, known)
        ) from error
    print_result(result)
