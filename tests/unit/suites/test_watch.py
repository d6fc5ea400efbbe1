"""The watch over a machine: what it collects, what it leaves out, what it complains of."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from fakes.instruments import FakeGpu, FakeNvml

from harness.core.load import Tier
from harness.suites.latency import watch as watch_module
from harness.suites.latency.energy import CounterMeter, Meter
from harness.suites.latency.nvidia_probe import NvidiaProbe
from harness.suites.latency.steadiness import disturbances, unwatched
from harness.suites.latency.watch import Instruments, Watch, instruments

S = 1_000_000_000
WAIT_S = 20.0


class Probe:
    """Gives prepared readings, the last one for ever."""

    def __init__(self, *readings: dict[str, float]) -> None:
        self._left = list(readings)

    def read(self) -> Mapping[str, float]:
        return self._left.pop(0) if len(self._left) > 1 else self._left[0]


def given(
    *readings: dict[str, float],
    meter: Meter | str = "no meter",
    rss: Callable[[], float] | None = None,
) -> Instruments:
    probes = [Probe(*readings)] if readings else []
    return Instruments(rss_bytes=rss, probes=probes, meter=meter, n_cores=4)


def seconds(*moments: float) -> Callable[[], int]:
    left = [round(moment * S) for moment in moments]
    return lambda: left.pop(0) if len(left) > 1 else left[0]


def watched(seen: Instruments, *, lasting_s: float = 0.0, **options: Any) -> Watch:
    """A watch whose thread has nothing to do, from 0 s to ``lasting_s``."""
    # The meter and the readings look at the clock at the beginning, the thread once, and again.
    clock = seconds(*([0.0] * (2 if seen.meter != "no meter" else 1)), 0.0, lasting_s)
    watch = Watch(given=seen, period_s=3600.0, clock_ns=clock, **options)
    with watch:
        time.sleep(0.02)
    return watch


def test_the_peak_of_memory_is_seen_between_two_readings() -> None:
    heights = iter([5.0, 5.0, 7.0, 90.0, 6.0])
    is_seen: list[float] = []

    def rss() -> float:
        is_seen.append(next(heights, 6.0))
        return is_seen[-1]

    with Watch(given=given(rss=rss), period_s=0.001) as watch:
        deadline = time.monotonic() + WAIT_S
        while len(is_seen) < 6 and time.monotonic() < deadline:
            time.sleep(0.001)
    values, sources = watch.resources()
    assert values["mem_rss_peak"] == 90
    assert sources["mem_rss_peak"] == "sampled every 1 ms"


def test_readings_stand_side_by_side_and_holes_stay_holes() -> None:
    watch = watched(given({"a": 1.0}, {"a": 2.0, "b": 3.0}), lasting_s=4.0)
    telemetry = watch.telemetry(since_ns=1 * S)
    assert telemetry.at_ns == (-1 * S, 3 * S)
    assert telemetry.series == {"a": (1.0, 2.0), "b": (None, 3.0)}


def test_what_never_happened_is_left_out() -> None:
    quiet = {"gpu_throttled_power_cap": 0.0, "swapped_bytes": 7.0, "load_average": 1.0}
    assert set(watched(given(quiet)).telemetry(0).series) == {"load_average"}
    loud = {"gpu_throttled_power_cap": 1.0, "swapped_bytes": 7.0}
    assert set(watched(given(loud)).telemetry(0).series) == {"gpu_throttled_power_cap"}
    swapping = watched(given({"swapped_bytes": 7.0}, {"swapped_bytes": 8.0}))
    assert set(swapping.telemetry(0).series) == {"swapped_bytes"}


def test_what_cannot_be_measured_is_absent_and_the_reason_stands() -> None:
    values, sources = watched(given()).resources()
    assert values == {}
    assert sources == {"energy_j": "absent: no meter"}


def counter(*joules: float) -> CounterMeter:
    left: Iterator[float] = iter(joules)
    return CounterMeter("nvml_counter", lambda: next(left))


def test_energy_is_told_of_stretches_that_are_long_enough() -> None:
    short = watched(given(meter=counter(100, 900)), lasting_s=9.9)
    values, sources = short.resources()
    assert "energy_j" not in values
    assert sources["energy_j"].startswith("absent: 9.9 s are too short")
    values, sources = watched(given(meter=counter(100, 900)), lasting_s=20).resources()
    assert values["energy_j"] == 800
    assert "idle_power_w" not in values
    assert sources["energy_j"] == "nvml_counter"


def test_the_power_at_rest_is_taken_off_and_told() -> None:
    watch = watched(given(meter=counter(100, 900)), lasting_s=20, idle_w=15.0)
    values, _ = watch.resources()
    assert values["energy_j"] == pytest.approx(800 - 20 * 15)
    assert values["idle_power_w"] == 15


def test_a_meter_that_breaks_off_measures_nothing() -> None:
    silent = CounterMeter("nvml_counter", lambda: None)
    values, sources = watched(given(meter=silent), lasting_s=20).resources()
    assert "energy_j" not in values
    assert "could not be read" in sources["energy_j"]


def test_the_most_memory_of_the_device_is_the_drivers() -> None:
    gpus = [FakeGpu()]
    seen = Instruments(
        rss_bytes=None, probes=[NvidiaProbe(FakeNvml(), gpus)], meter="none", n_cores=4
    )
    values, sources = watched(seen).resources()
    assert values["mem_dev_used_peak"] == 4 << 30
    assert sources["mem_dev_used_peak"].startswith("nvml")


def test_what_breaks_in_the_thread_is_raised_at_the_end() -> None:
    heights: Iterator[float] = iter([1.0, 1.0])
    broken = given(rss=lambda: next(heights))
    with pytest.raises((RuntimeError, StopIteration)), Watch(given=broken, period_s=0.001):
        time.sleep(0.2)


def test_the_models_own_failure_comes_first() -> None:
    with pytest.raises(KeyError), Watch(given=given(), period_s=0.001):
        raise KeyError("the model's")


def test_this_machine_can_be_watched() -> None:
    pytest.importorskip("psutil")
    with Watch(period_s=0.005) as watch:
        time.sleep(0.05)
    values, sources = watch.resources()
    assert values["mem_rss_peak"] > 1e6
    assert "energy_j" in sources
    assert "rss_bytes" in watch.telemetry(0).series
    assert all(isinstance(sentence, str) for sentence in watch.unstable())
    assert instruments(Tier.REMOTE).n_cores >= 1


@pytest.mark.parametrize(("pids", "is_used"), [((), False), ((7,), True)])
def test_a_server_has_the_memory_and_energy_of_a_device_that_it_uses(
    pids: tuple[int, ...], *, is_used: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = NvidiaProbe(FakeNvml(), [FakeGpu(pids=pids)])
    monkeypatch.setattr(watch_module, "server_device", lambda _: device if pids else None)
    seen = instruments(Tier.LOOPBACK, server_port=1)
    assert (device in seen.probes) is is_used
    source = seen.meter if isinstance(seen.meter, str) else seen.meter.source
    assert (source == "nvml_counter") is is_used


def test_energy_of_a_server_is_absent_where_its_device_is_not_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watch_module, "server_device", lambda _: "nobody can tell")
    seen = instruments(Tier.LOOPBACK, server_port=1)
    _, sources = watched(seen, lasting_s=20).resources()
    assert sources["energy_j"] == "absent: nobody can tell"


STEADY = {
    "load_average": [0.5, 1.0],
    "other_cpu_percent": [None, 3.0],
    "cpu_mhz": [3000.0, 2900.0],
    "gpu_sm_mhz": [1980.0, 1980.0],
    "gpu_throttled_power_cap": [0.0, 0.0],
    "gpu_other_processes": [0.0, 0.0],
    "cpu_steal_percent": [None, 0.5],
    "swapped_bytes": [1e9, 1e9 + 4096],
}


def complaints(*, is_served_here: bool = False, **changed: list[float | None]) -> str:
    series: Mapping[str, Any] = {**STEADY, **changed}
    return "; ".join(disturbances(series, 4, is_served_here=is_served_here))


def test_a_steady_machine_gives_no_complaint() -> None:
    assert complaints() == ""
    assert disturbances({}, 4) == ()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"load_average": [1.0, 4.4]}, "the load average rose to 4.4 on 4 cores"),
        ({"other_cpu_percent": [None, 20.0, 30.0]}, "other processes used 25 % of 4 cores"),
        ({"gpu_other_processes": [0.0, 2.0]}, "2 other processes held the device"),
        ({"cpu_mhz": [3000.0, 2600.0]}, "clock moved between 2,600 and 3,000 MHz"),
        ({"gpu_sm_mhz": [1980.0, 1200.0]}, "clock moved between 1,200 and 1,980 MHz"),
        (
            {"gpu_throttled_power_cap": [1.0, 0.0, 0.0, 0.0]},
            "throttled (power cap) in 25% of the readings",
        ),
        ({"cpu_steal_percent": [None, 6.0]}, "the host gave 6.0 % of the processor's time"),
        ({"swapped_bytes": [0.0, 25e6]}, "25 MB were swapped"),
    ],
)
def test_each_disturbance_is_told_with_its_number(
    changed: dict[str, list[float | None]], words: str
) -> None:
    found = "; ".join(disturbances(dict[str, Any](STEADY) | changed, 4))
    assert words in found
    assert ";" not in found


def test_a_server_on_this_machine_is_no_disturbance_and_everybody_else_is() -> None:
    assert complaints(is_served_here=True, load_average=[9.0]) == ""
    assert "steal" in complaints(is_served_here=True, cpu_steal_percent=[9.0])
    crowded = complaints(is_served_here=True, other_cpu_percent=[90.0])
    assert crowded == "other processes used 90 % of 4 cores"


def test_what_nobody_looked_at_is_told() -> None:
    steady: Mapping[str, Any] = STEADY
    assert unwatched(steady) == ()
    alone: Mapping[str, Any] = {"cpu_mhz": [1.0], "gpu_sm_mhz": [1.0], "other_cpu_percent": [None]}
    assert unwatched(alone) == (
        "what other processes took of the processor",
        "who else held the device",
    )
