"""``harness selftest``: how far the tool's own clock and load generator can be trusted."""

from __future__ import annotations

import click

from harness.cli.exits import ExitCode


@click.command("selftest", epilog="Example: harness selftest --json > selftest.json")
@click.option("--quick", is_flag=True, help="Fewer streams and shorter loads: some ten seconds.")
@click.option("--json", "as_json", is_flag=True, help="Print everything measured as JSON.")
def command(*, quick: bool, as_json: bool) -> int:
    """Time a mock server whose times are known, and print how far off the tool is.

    The exit code is 1 where an error is beyond 1 ms or 2 %, where a chunk passed for a token, and,
    unless --quick, where 500 requests or 20,000 chunks per second are not sustained.
    """
    from harness.cli.selftest_table import as_json_text, print_self_test
    from harness.selftest.selftest import FULL, QUICK, self_test

    result = self_test(
        QUICK if quick else FULL, lambda text: click.echo(f"testing {text} …", err=True)
    )
    if as_json:
        click.echo(as_json_text(result))
    else:
        print_self_test(result)
    return ExitCode.PASS if result.is_passed else ExitCode.REGRESSION
