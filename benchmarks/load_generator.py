"""Error and highest rate of two load generators on one mock server whose times are known.

    python benchmarks/load_generator.py [--guidellm /path/to/venv/bin/guidellm]

The server's own record of when it received and sent is the truth for both. A rate is kept up where
95 % of the requests offered are sent; also told is the highest at which fewer than one in a hundred
leave 5 ms late.
guidellm's "inter-token latency" is compared with tpot, for its formula is that of tpot.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from harness.core.latency import lag, tpot, ttft
from harness.core.trace import Trace
from harness.selftest.load_client import arrivals_of, timed_traces
from harness.selftest.machine_noise import machine_noise
from harness.selftest.mock_process import MockProcess, mock_process
from harness.selftest.mock_script import MockScript
from harness.stats.quantiles import linear_quantile

STREAMS = 64
N_REQUESTS = 512
N_TOKENS = 16
SCRIPT = MockScript(ttft_s=0.06, tpot_s=0.01)
RATES = (25, 50, 100, 200, 300, 400, 500, 750, 1000, 1500, 2000)
SHORT = 2
"""Tokens of an answer where the rate is what counts."""
SECONDS = 3
LARGEST_LAG_S = 0.005
LEAST_OF_OFFERED = 0.95


@dataclass(frozen=True)
class Rate:
    offered: float
    achieved: float
    lag_p99_s: float

    @property
    def is_sustained(self) -> bool:
        keeps_up = self.achieved >= LEAST_OF_OFFERED * self.offered
        return keeps_up and self.lag_p99_s < LARGEST_LAG_S


@dataclass(frozen=True)
class Side:
    name: str
    ttft_s: tuple[float, float]
    """Median told, and true."""
    tpot_s: tuple[float, float]
    rates: list[Rate]


def true_medians(process: MockProcess) -> tuple[float, float]:
    traces = [truth.trace for truth in process.truths().values()]
    return middle(map(ttft, traces)), middle(map(tpot, traces))


def middle(values: Iterator[float | None]) -> float:
    return median(value for value in values if value is not None)


def rate_of(offered: float, sent_s: Sequence[float], lags_s: Sequence[float]) -> Rate:
    span_s = max(sent_s) - min(sent_s)
    return Rate(offered, (len(sent_s) - 1) / span_s, linear_quantile(sorted(lags_s), 0.99))


def harness_side(process: MockProcess) -> Side:
    process.truths()
    prompts = [f"question number {place}" for place in range(N_REQUESTS)]
    extra = {"mock": asdict(SCRIPT)}
    told = timed_traces(
        process.url, arrivals_of(prompts, N_TOKENS), concurrency=STREAMS, extra=extra
    )
    true_ttft, true_tpot = true_medians(process)
    rates = []
    for rate in RATES:
        prompts = [f"{rate} {place}" for place in range(rate * SECONDS)]
        arrivals = arrivals_of(prompts, SHORT, rate_per_s=rate)
        traces = timed_traces(process.url, arrivals, concurrency=None, extra=extra).values()
        rates.append(rate_of(rate, [t.sent_ns / 1e9 for t in traces], lags_of(traces)))
    return Side(
        "harness",
        (middle(map(ttft, told.values())), true_ttft),
        (middle(map(tpot, told.values())), true_tpot),
        rates,
    )


def lags_of(traces: Iterable[Trace]) -> list[float]:
    return [late for one in traces if (late := lag(one)) is not None]


def guidellm_side(program: str, process: MockProcess, folder: Path) -> Side:
    process.truths()
    (told,) = guidellm(
        program,
        process,
        folder,
        N_TOKENS,
        f"kind=concurrent,streams={STREAMS}",
        f"kind=max_requests,count={N_REQUESTS}",
    )
    true_ttft, true_tpot = true_medians(process)
    rates = []
    for rate in RATES:
        (one,) = guidellm(
            program,
            process,
            folder,
            SHORT,
            f"kind=constant,rate={rate}",
            f"kind=max_requests,count={rate * SECONDS}",
        )
        timings = [request["info"]["timings"] for request in one["requests"]["successful"]]
        sent = [timing["request_start"] for timing in timings]
        lags = [timing["request_start"] - timing["targeted_start"] for timing in timings]
        rates.append(rate_of(rate, sent, lags))
        if rates[-1].achieved < rate / 2:  # and all that follow would be no better
            break
    metrics = told["metrics"]
    told_ttft = metrics["time_to_first_token_ms"]["successful"]["median"] / 1e3
    gaps = [per_token(request["info"]["timings"]) for request in told["requests"]["successful"]]
    return Side("guidellm", (told_ttft, true_ttft), (median(gaps), true_tpot), rates)


def per_token(timing: dict[str, float]) -> float:
    span = timing["last_token_iteration"] - timing["first_token_iteration"]
    return span / (N_TOKENS - 1)


def guidellm(
    program: str, process: MockProcess, folder: Path, n_tokens: int, profile: str, until: str
) -> list[dict[str, Any]]:
    prompts = folder / "prompts.jsonl"
    rows = (
        {"prompt": f"question number {place}", "output_tokens_count": n_tokens}
        for place in range(max(RATES) * SECONDS)
    )
    prompts.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    out = folder / "out.json"
    command = [program, "run", "--disable-console", "--output", f"kind=json,path={out}"]
    command += ["--backend", f"kind=openai_http,target={process.url},model=mock"]
    command += ["--profile", profile, "--constraint", until]
    command += ["--data", f"kind=json_file,path={prompts}"]
    subprocess.run(command, capture_output=True, check=True, cwd=folder, timeout=600)
    found: list[dict[str, Any]] = json.loads(out.read_text(encoding="utf-8"))["benchmarks"]
    return found


def row(side: Side) -> str:
    cells = []
    for told, true in (side.ttft_s, side.tpot_s):
        cells.append(f"{(told - true) * 1e3:+.2f} ms ({(told - true) / true:+.1%})")
    best = [rate for rate in side.rates if rate.is_sustained]
    kept_up = [r for r in side.rates if r.achieved >= LEAST_OF_OFFERED * r.offered]
    cells.append(f"{best[-1].offered:,.0f}/s" if best else f"below {RATES[0]}/s")
    cells.append(f"{kept_up[-1].offered:,.0f}/s" if kept_up else f"below {RATES[0]}/s")
    return f"| {side.name} | {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--guidellm", default=shutil.which("guidellm"))
    program = parser.parse_args().guidellm
    options = ["--ttft-s", str(SCRIPT.ttft_s), "--tpot-s", str(SCRIPT.tpot_s)]
    with mock_process(options) as process, tempfile.TemporaryDirectory() as folder:
        sides = [harness_side(process)]
        if program:
            sides.append(guidellm_side(program, process, Path(folder)))
    print(
        "| client | error of median ttft | of median tpot | rate, p99 lag < 5 ms | rate kept up |"
    )
    print("|---|---:|---:|---:|---:|")
    for side in sides:
        print(row(side))
    if not program:
        print("| guidellm | not installed | | | |")
    for side in sides:
        for rate in side.rates:
            shown = f"{rate.achieved:,.0f}/s, p99 lag {rate.lag_p99_s * 1e3:.1f} ms"
            print(f"<!-- {side.name}: {rate.offered:,.0f}/s offered: {shown} -->")
    print(f"<!-- {machine_noise()} -->")


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
