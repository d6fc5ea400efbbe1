"""The command ``harness``: finds the subcommand's file, and turns errors into exit codes."""

from __future__ import annotations

import importlib
import io
import signal
import sys
import traceback
from typing import ClassVar

import click

from harness.cli.exits import ExitCode
from harness.cli.interrupted import interrupted
from harness.core.errors import HarnessError, SpecErrors, did_you_mean
from harness.core.redact import redacted_words


class _LateGroup(click.Group):
    """Imports a command's file only when it is called, so that ``--help`` stays instant."""

    files: ClassVar[dict[str, str]] = {
        "baseline": "Name the runs that others are measured against.",
        "compare": "Tell what changed between runs, sample by sample.",
        "data": "Fetch and verify everything that a spec needs.",
        "demo": "Audit a real language model and a real classifier.",
        "gate": "Judge a run beside a baseline; the exit code is the verdict.",
        "history": "Show every number over all runs, with its changes dated.",
        "list": "List adapters, suites, metrics, reports or runs.",
        "lm-eval": "Run lm-eval's own command on the adapters of a spec.",
        "nightly": "Run, compare with the line's baseline and history, gate.",
        "noise": "Measure how far one checkpoint moves from run to run.",
        "report": "Render a stored run again, in any format.",
        "rescore": "Score the answers of a stored run again, without its models.",
        "run": "Carry out a spec and write a run folder with its report.",
        "selftest": "Measure the error of the tool's own clock and load generator.",
        "show": "Show one registered thing or one run.",
        "site": "Publish all runs as a folder of pages.",
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all command names."""
        del ctx
        return sorted(self.files)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's file."""
        del ctx
        if cmd_name not in self.files:
            return None
        module = importlib.import_module(f"harness.cli.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or name the nearest."""
        if args and args[0] not in self.files and not args[0].startswith("-"):
            ctx.fail(f"there is no command {args[0]!r}; {did_you_mean(args[0], self.files)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(sorted(self.files.items()))


@click.group(
    cls=_LateGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: harness demo",
)
@click.version_option(package_name="model-audit-harness", prog_name="harness")
def cli() -> None:
    """Decide whether a language model ships.

    Exit codes: 0 pass, 1 regression, 2 usage, 3 could not complete, 4 inconclusive,
    130 interrupted.
    """


def main() -> None:
    """Run the command line and exit."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that knows no arrows, or a model's half character, must not end a run.
            stream.reconfigure(errors="backslashreplace")
    # What a scheduler sends before it kills: the same orderly end as Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(run())


def run(arguments: list[str] | None = None) -> int:
    """Run the command line; return its exit code."""
    try:
        code = cli.main(arguments, standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt) as error:
        click.echo(interrupted(arguments or sys.argv[1:], error), err=True)
        return ExitCode.INTERRUPTED
    except SystemExit:
        # Click's answer to a pipe that nobody reads any more, with the exit code of a regression.
        return ExitCode.INCOMPLETE
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except HarnessError as error:
        for problem in error.problems if isinstance(error, SpecErrors) else (error,):
            click.echo("error: " + redacted_words(" ".join(str(problem).split("\n"))), err=True)
        return error.exit_code
    except Exception:  # noqa: BLE001 - Python's own exit code 1 would read as a regression
        click.echo(f"internal error, please report it:\n{traceback.format_exc()}", err=True)
        return ExitCode.INCOMPLETE
    return int(code or ExitCode.PASS)


if __name__ == "__main__":
    main()
