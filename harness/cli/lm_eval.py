"""``harness lm-eval``: lm-evaluation-harness's own command, which knows our adapters as well."""

from __future__ import annotations

import sys

import click

from harness.core.errors import HarnessError
from harness.lm_eval_model import named, register


@click.command(
    "lm-eval",
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    epilog="Example: harness lm-eval run --model harness --model_args spec=my.toml --tasks piqa",
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def command(context: click.Context, arguments: tuple[str, ...]) -> None:
    """Run lm-eval's own command, with the model class 'harness' added.

    --model_args spec=SPEC,model=NAME names a model of a spec; all else is lm-eval's, whose own
    help is that of harness lm-eval run --help.
    """
    if arguments in ((), ("--help",), ("-h",)):
        click.echo(context.get_help())
        return
    register()
    from lm_eval.__main__ import cli_evaluate

    before = sys.argv
    sys.argv = ["lm-eval", *named(arguments)]  # where its parser looks
    try:
        cli_evaluate()
    except SystemExit as error:
        context.exit(error.code if isinstance(error.code, int) else int(error.code is not None) * 2)
    except HarnessError:
        raise
    except Exception as error:
        raise HarnessError(f"lm-eval: {type(error).__name__}: {error}") from error
    finally:
        sys.argv = before
