"""The self-test on the terminal: errors by mode, then rates, then what to make of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from harness.selftest.capacity import LARGEST_LAG_S, Step, highest
from harness.selftest.machine_noise import MachineNoise
from harness.selftest.mode_result import Compared, ModeResult
from harness.selftest.selftest import SelfTest

_WITHIN = "all medians are within 1 ms and 2 % of the truth, and no chunk passed for a token"
_BEYOND = "a median is off by more than 1 ms or 2 %, or a count is wrong: see the lines marked NO"
_SLOW = "500 requests/s and 20,000 chunks/s were not both sustained"
_QUICK = "not judged, for --quick keeps each rate up for a moment only"


def print_self_test(result: SelfTest) -> None:
    """Print tables, and a sentence on everything that is beyond the limits."""
    console = Console(highlight=False, emoji=False)
    console.print(_error_table(result.modes))
    for one in result.modes:
        for problem in one.problems:
            console.print(f"  {one.mode}, {one.n_streams} streams: {problem}", style="red")
    inside = result.in_process
    console.print(_of_process(inside), style=None if inside.is_within else "red", soft_wrap=True)
    console.print(_rate_table((*result.requests, *result.chunks)))
    for steps in (result.requests, result.chunks):
        console.print(_sustained(steps), soft_wrap=True)
    console.print(_of_machine(result.noise), soft_wrap=True)
    console.print(_WITHIN if result.is_within else _BEYOND, soft_wrap=True)
    if not result.is_fast:
        console.print(_SLOW if result.is_judging_rates else f"{_SLOW}: {_QUICK}", soft_wrap=True)


def as_json_text(result: SelfTest) -> str:
    """Return everything that was measured, with the verdict, as JSON."""
    data = asdict(result) | {
        "is_within": result.is_within,
        "is_fast": result.is_fast,
        "is_passed": result.is_passed,
    }
    for group in ("requests", "chunks"):
        best = highest(getattr(result, group))
        data[f"sustained_{group}_per_s"] = best and best.offered_per_s
    return json.dumps(data, indent=1)


def _error_table(results: Sequence[ModeResult]) -> Table:
    table = _table("error of the medians: told less true")
    headings = ("mode", "streams", "n", "ttft, ms", "%", "tpot, ms", "%", "counts", "ok")
    for heading in headings:
        is_text = heading in {"mode", "counts", "ok"}
        table.add_column(heading, justify="left" if is_text else "right", no_wrap=True)
    for one in results:
        table.add_row(
            one.mode,
            str(one.n_streams),
            str(one.n_requests),
            *_error(one.ttft),
            *_error(one.tpot),
            "wrong" if one.problems else "right",
            "yes" if one.is_within else "NO",
            style=None if one.is_within else "red",
        )
    return table


def _rate_table(steps: Sequence[Step]) -> Table:
    table = _table("rates, up to the first that is not sustained")
    headings = (
        "offered per s",
        "achieved",
        "lag p99, ms",
        "client, cores",
        "server late, ms",
        "ok",
    )
    for heading in headings:
        table.add_column(heading, justify="left" if heading == "ok" else "right", no_wrap=True)
    for step in steps:
        table.add_row(
            f"{step.offered_per_s:,.0f} {step.unit}",
            f"{step.achieved_per_s:,.0f}",
            f"{step.lag_p99_s * 1e3:.2f}",
            f"{step.client_cores:.2f}",
            f"{step.server_late_p99_s * 1e3:.2f}",
            "yes" if step.is_sustained else "no",
        )
    return table


def _table(title: str) -> Table:
    return Table(
        title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, padding=(0, 1, 0, 0)
    )


def _error(one: Compared) -> tuple[str, str]:
    if one.error_s is None or one.relative_error is None:
        return "-", ""
    return f"{one.error_s * 1e3:+z.3f}", f"{one.relative_error * 100:+z.2f}"


def _sustained(steps: Sequence[Step]) -> str:
    best = highest(steps)
    if best is None:
        lag_ms = LARGEST_LAG_S * 1e3
        return f"no rate of {steps[0].unit} was sustained with a p99 lag below {lag_ms:g} ms"
    lag_ms = best.lag_p99_s * 1e3
    least = "at least " if best is steps[-1] else ""
    rate = f"{least}{best.offered_per_s:,.0f} {best.unit}/s"
    return f"sustained: {rate} with a p99 lag of {lag_ms:.2f} ms"


def _of_process(one: Compared) -> str:
    error, percent = _error(one)
    told = (
        "is not timed" if one.error_s is None else f"is told to take {error} ms more ({percent} %)"
    )
    return f"in this process: an answer of {(one.true_s or 0) * 1e3:.1f} ms {told}"


def _of_machine(noise: MachineNoise) -> str:
    load = "unknown" if noise.load_average is None else f"{noise.load_average:.1f}"
    facts = (
        f"a sleeper wakes {noise.oversleep_p50_s * 1e3:.2f} ms late, "
        f"{noise.oversleep_p99_s * 1e3:.2f} ms at the 99th percentile; "
        f"load {load} on {noise.n_cores} cores"
    )
    advice = ": others use this machine, and errors and lags are partly theirs"
    return f"machine: {facts}{advice if noise.is_noisy else ''}"
