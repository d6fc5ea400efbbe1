"""The whole self-test: every mode at several numbers of streams, then rates up to the limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from harness.selftest.capacity import LEAST_PER_S, Step, climb, highest
from harness.selftest.in_process import in_process
from harness.selftest.load_client import arrivals_of, timed_traces
from harness.selftest.machine_noise import MachineNoise, machine_noise
from harness.selftest.mock_process import MockProcess, mock_process
from harness.selftest.mode_result import Compared, ModeResult, mode_result
from harness.selftest.modes import MODES, Mode
from harness.selftest.token_checks import wrongly_told

_N_TOKENS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much is tried."""

    streams: tuple[int, ...]
    requests_per_stream: int
    fewest_requests: int
    seconds_per_rate: float
    is_judging_rates: bool
    """Rates that were kept up for a moment only tell nothing to fail on."""


FULL = Extent(
    streams=(1, 16, 64),
    requests_per_stream=2,
    fewest_requests=6,
    seconds_per_rate=2.0,
    is_judging_rates=True,
)
QUICK = Extent(
    streams=(8,),
    requests_per_stream=1,
    fewest_requests=8,
    seconds_per_rate=0.3,
    is_judging_rates=False,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """What it came to."""

    noise: MachineNoise
    in_process: Compared
    """The latency suite's e2e of a model in this process."""
    modes: tuple[ModeResult, ...]
    """Over HTTP, each mode at each number of streams."""
    requests: tuple[Step, ...]
    """Rates of short answers, up to the first that cannot be sustained."""
    chunks: tuple[Step, ...]
    is_judging_rates: bool

    @property
    def is_within(self) -> bool:
        """Whether every error is within the limits, and nothing was told wrongly."""
        return self.in_process.is_within and all(result.is_within for result in self.modes)

    @property
    def is_fast(self) -> bool:
        """Whether 500 requests and 20,000 chunks a second were sustained."""
        bests = [highest(self.requests), highest(self.chunks)]
        return all(best and best.offered_per_s >= LEAST_PER_S[best.unit] for best in bests)

    @property
    def is_passed(self) -> bool:
        """Whether all that is judged is as it should be."""
        return self.is_within and (self.is_fast or not self.is_judging_rates)


def self_test(extent: Extent, note: Callable[[str], None]) -> SelfTest:
    """Test clock, client and formulas on this machine.

    Args:
        extent: how much is tried; ``FULL`` takes about a minute.
        note: is told what is done next.

    Raises:
        AdapterError: the mock server does not start.
    """
    note("the machine")
    noise = machine_noise()
    note("a model in this process")
    inside = in_process(extent.fewest_requests, note)
    with mock_process() as process:
        modes = tuple(_all_modes(process, extent, note))
        note("rates of requests")
        requests = tuple(climb(process, "requests", seconds=extent.seconds_per_rate))
        note("rates of chunks")
        chunks = tuple(climb(process, "chunks", seconds=extent.seconds_per_rate))
    return SelfTest(
        noise=noise,
        in_process=inside,
        modes=modes,
        requests=requests,
        chunks=chunks,
        is_judging_rates=extent.is_judging_rates,
    )


def _all_modes(
    process: MockProcess, extent: Extent, note: Callable[[str], None]
) -> Iterator[ModeResult]:
    for mode in MODES:
        note(mode.name)
        for n_streams in extent.streams:
            n_requests = max(extent.fewest_requests, n_streams * extent.requests_per_stream)
            yield _over_http(process, mode, n_streams, n_requests)


def _over_http(process: MockProcess, mode: Mode, n_streams: int, n_requests: int) -> ModeResult:
    process.truths()  # those of an earlier load
    prompts = [f"{mode.prefix}{mode.name} {n_streams} {place}" for place in range(n_requests)]
    arrivals = arrivals_of(prompts, _N_TOKENS)
    traces = timed_traces(
        process.url, arrivals, concurrency=n_streams, extra=mode.extra, api=mode.api
    )
    truths = {prompt: truth.trace for prompt, truth in process.truths().items()}
    pairs = [(trace, truths.get(prompt)) for prompt, trace in traces.items()]
    problems = [
        problem
        for prompt, trace in traces.items()
        for problem in wrongly_told(mode.script, trace, truths.get(prompt))
    ]
    return mode_result(mode, n_streams, pairs, problems)
