"""Energy: what counters and readings of power come to, and which of them is taken."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fakes.instruments import FakeGpu, FakeNvml, rapl_tree
from hypothesis import given
from hypothesis import strategies as st

from harness.suites.latency.energy import (
    CounterMeter,
    EstimateMeter,
    Meter,
    PowerMeter,
    RaplMeter,
    counted,
    integrated,
    rapl_packages,
)
from harness.suites.latency.energy_sources import idle_power_w, meter_of
from harness.suites.latency.nvidia_probe import NvidiaProbe

S = 1_000_000_000
POWERS = st.lists(
    st.tuples(st.integers(0, 10 * S), st.floats(0, 1000, allow_subnormal=False)),
    min_size=2,
    max_size=30,
)


def missing(name: str) -> Any:
    raise ImportError(name)


@given(POWERS)
def test_the_energy_is_between_least_and_most_power(steps: list[tuple[int, float]]) -> None:
    at_ns, watts = moments(steps)
    seconds = (at_ns[-1] - at_ns[0]) / S
    energy = integrated(at_ns, watts)
    slack = 1e-9 * (1 + max(watts) * seconds)
    assert min(watts) * seconds - slack <= energy <= max(watts) * seconds + slack


@given(POWERS, st.data())
def test_the_energy_of_a_whole_is_that_of_its_parts(
    steps: list[tuple[int, float]], data: st.DataObject
) -> None:
    at_ns, watts = moments(steps)
    cut = data.draw(st.integers(0, len(steps) - 1))
    parts = integrated(at_ns[: cut + 1], watts[: cut + 1]) + integrated(at_ns[cut:], watts[cut:])
    assert integrated(at_ns, watts) == pytest.approx(parts, rel=1e-9, abs=1e-9)


@given(st.floats(0, 1000), st.floats(-50, 50), st.lists(st.integers(1, S), min_size=1))
def test_power_that_changes_evenly_is_added_up_exactly(
    start: float, slope: float, gaps: list[int]
) -> None:
    at_ns, _ = moments([(0, 0.0), *((gap, 0.0) for gap in gaps)])
    seconds = at_ns[-1] / S
    energy = integrated(at_ns, [start + slope * at / S for at in at_ns])
    assert energy == pytest.approx(start * seconds + slope * seconds**2 / 2, rel=1e-6, abs=1e-6)


@given(st.lists(st.integers(0, 999), min_size=1, max_size=50), st.integers(0, 999))
def test_a_counter_that_wraps_has_counted_every_step(steps: list[int], start: int) -> None:
    readings, total = [float(start)], start
    for step in steps:
        total += step
        readings.append(float(total % 1000))
    assert counted(readings, wrap=1000.0) == sum(steps)


def moments(steps: list[tuple[int, float]]) -> tuple[list[int], list[float]]:
    at, at_ns = 0, []
    for gap, _ in steps:
        at += gap
        at_ns.append(at)
    return at_ns, [watts for _, watts in steps]


def test_a_device_is_measured_by_its_counter() -> None:
    gpu = FakeGpu()
    meter = meter_of(NvidiaProbe(FakeNvml(), [gpu]), load=missing)
    assert isinstance(meter, CounterMeter)
    assert meter.source == "nvml_counter"
    assert meter.joules() is None
    meter.sample(0)
    gpu.millijoules = 5_250_000
    meter.sample(1)
    assert meter.joules() == 250


def test_a_device_without_a_counter_is_measured_by_its_power() -> None:
    gpu = FakeGpu(millijoules=None)
    meter = meter_of(NvidiaProbe(FakeNvml(), [gpu]), load=missing)
    assert isinstance(meter, PowerMeter)
    assert meter.source == "nvml_power_integral"
    meter.sample(0)
    gpu.milliwatts = None  # a reading that fails leaves no hole of 0 W
    meter.sample(5 * S)
    gpu.milliwatts = 100_000
    meter.sample(10 * S)
    assert meter.joules() == 2000


def test_a_device_that_tells_nothing_is_not_measured() -> None:
    silent = NvidiaProbe(FakeNvml(), [FakeGpu(millijoules=None, milliwatts=None)])
    assert "neither energy nor power" in str(meter_of(silent))


def test_packages_of_a_processor_are_added_up_and_their_parts_are_not(tmp_path: Path) -> None:
    root = rapl_tree(tmp_path, intel_rapl_0=999_000_000, intel_rapl_1=0, intel_rapl_0_0=0)
    meter = meter_of(None, rapl_root=root, load=missing)
    assert isinstance(meter, RaplMeter)
    assert meter.source == "rapl"
    meter.sample(0)
    rapl_tree(tmp_path, intel_rapl_0=1_000_000, intel_rapl_1=5_000_000, intel_rapl_0_0=77)
    meter.sample(1)
    assert meter.joules() == 2 + 5


def test_counters_for_root_only_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = rapl_tree(tmp_path, intel_rapl_0=1)

    def refuse(*_: Any, **__: Any) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)
    assert rapl_packages(root) == (
        [],
        "the processor's energy counters (RAPL) may be read by root only",
    )
    assert "codecarbon" in str(meter_of(None, rapl_root=root, load=missing))


def test_without_counters_codecarbon_estimates(tmp_path: Path) -> None:
    calls: list[str] = []

    class Tracker:
        final_emissions_data = SimpleNamespace(energy_consumed=1e-6)

        def __init__(self, **options: Any) -> None:
            assert options["save_to_file"] is False

        def start(self) -> None:
            calls.append("start")

        def stop(self) -> None:
            calls.append("stop")

    meter = meter_of(
        None,
        rapl_root=tmp_path,
        load=lambda name: SimpleNamespace(__name__=name, OfflineEmissionsTracker=Tracker),
    )
    assert isinstance(meter, EstimateMeter)
    assert meter.source == "estimate"
    assert meter.joules() is None
    meter.sample(0)
    meter.sample(1)
    assert meter.joules() == pytest.approx(3.6)
    assert calls == ["start", "stop"]


def test_the_power_at_rest_is_energy_over_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0]
    clock = SimpleNamespace(
        perf_counter_ns=lambda: now[0], sleep=lambda s: now.__setitem__(0, now[0] + int(s * S))
    )
    monkeypatch.setattr("harness.suites.latency.energy_sources.time", clock)
    meter: Meter = PowerMeter("nvml_power_integral", lambda: 42.0)
    assert idle_power_w(meter, seconds=10) == pytest.approx(42.0)
    silent: Meter = PowerMeter("nvml_power_integral", lambda: None)
    assert idle_power_w(silent, seconds=10) is None


def test_the_start_of_a_meter_is_no_time_at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0]

    def wait(seconds: float) -> None:
        now[0] += int(seconds * S)

    class Tracker:
        final_emissions_data = SimpleNamespace(energy_consumed=420 / 3.6e6)

        def start(self) -> None:
            wait(5)

        def stop(self) -> None:
            pass

    clock = SimpleNamespace(perf_counter_ns=lambda: now[0], sleep=wait)
    monkeypatch.setattr("harness.suites.latency.energy_sources.time", clock)
    assert idle_power_w(EstimateMeter(Tracker), seconds=10) == pytest.approx(42.0)
