"""What hardware reaches: the best of several repetitions, in bytes and operations per second."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable
from math import isfinite
from types import SimpleNamespace

import pytest

from harness.suites.latency import peaks
from harness.suites.latency.peaks import Exercise, best_rate, dtype_of, measured_peaks


def test_the_best_repetition_counts() -> None:
    done: list[str] = []
    exercise = Exercise(lambda: done.append("run"), 1000.0)
    rate = best_rate(exercise, lambda: done.append("wait"), seconds=0.0, read_ns=no_pause(8, 2, 5))
    assert rate == pytest.approx(1000 / 0.002)
    # One to warm up, and three at least; each is waited for.
    assert done == ["run", "wait"] * 4


def no_pause(*times_ms: int) -> Callable[[], int]:
    """A clock on which nothing takes time but the repetitions."""
    moments, now = [0], 0
    for time in times_ms:
        moments += [now, now + time]
        now += time
    left = iter([*moments, now])
    return lambda: next(left) * 1_000_000


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peaks, "_CPU_ARRAY", 1 << 20)
    monkeypatch.setattr(peaks, "_CPU_SIDE", 64)


@pytest.mark.usefixtures("small")
def test_numpy_serves_where_torch_is_not_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    values, sources = measured_peaks(seconds=0.001)
    assert set(values) == {"peak_bytes_per_s", "peak_flops"}
    assert all(isfinite(value) and value > 0 for value in values.values())
    assert sources == {
        "peak_bytes_per_s": "measured",
        "peak_flops": "measured",
        "peak_dtype": "float32",
    }


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_torch_serves_where_it_is(dtype: str) -> None:
    pytest.importorskip("torch")
    values, sources = measured_peaks(dtype, seconds=0.001)
    assert all(isfinite(value) and value > 0 for value in values.values())
    assert sources["peak_dtype"] == dtype


def test_the_format_is_that_of_most_weights_that_a_step_reads() -> None:
    assert dtype_of({"active_share_bfloat16": 0.99, "active_share_float32": 0.01}) == "bfloat16"
    assert dtype_of({"active_share_float16": 1.0}) == "float16"
    assert dtype_of({"active_share_float32": 0.1, "active_share_int8": 0.9}) is None
    assert dtype_of({"n_parameters": 10.0}) is None


@pytest.mark.usefixtures("small")
def test_a_model_of_int8_has_no_peak_of_arithmetic() -> None:
    values, sources = measured_peaks(None, seconds=0.001)
    assert set(values) == set(sources) == {"peak_bytes_per_s"}


def test_nothing_of_a_devices_memory_stays_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the peak that torch held under the first load would be that of the calibration."""
    living: weakref.WeakSet[_Array] = weakref.WeakSet()
    left: list[int] = []

    def new(*_: object, **__: object) -> _Array:
        array = _Array()
        living.add(array)
        return array

    cuda = SimpleNamespace(
        is_available=lambda: True,
        is_initialized=lambda: True,
        synchronize=lambda: None,
        empty_cache=lambda: left.append(len(living)),
    )
    torch = SimpleNamespace(
        cuda=cuda, ones=new, empty_like=new, full=new, float32="f", bfloat16="b"
    )
    monkeypatch.setitem(sys.modules, "torch", torch)

    measured_peaks("bfloat16", seconds=0.0)

    assert left == [0]


class _Array:
    """On a device that computes nothing."""

    def copy_(self, other: object) -> None:
        pass

    def sum(self) -> None:
        pass

    def __matmul__(self, other: object) -> None:
        pass
