"""Readings of a made-up machine: each in its unit, absent where it cannot be had."""

from __future__ import annotations

import socket
import subprocess
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fakes.instruments import FakeGpu, FakeNvml, FakeProcess, FakePsutil

from harness.suites.latency.descendants import descendants
from harness.suites.latency.host_probe import HostProbe, host_probe
from harness.suites.latency.nvidia_probe import NvidiaProbe, nvidia_probe
from harness.suites.latency.server_device import server_device
from harness.suites.latency.server_processes import server_processes
from harness.suites.latency.torch_memory import reset_torch_peaks, torch_peaks

NO_FILE = Path("/no/such/file")


def probe(psutil: FakePsutil, vmstat: Path = NO_FILE) -> HostProbe:
    return HostProbe(psutil, vmstat, find_children=lambda _pid: None)


def test_memory_is_that_of_the_process_and_its_children() -> None:
    child = FakeProcess(2, rss=30)
    psutil = FakePsutil(FakeProcess(1, rss=100, offspring=[child]))
    host = probe(psutil)
    assert host.rss_bytes() == 130
    host.read()
    child.is_gone = True
    assert host.rss_bytes() == 100


def test_children_that_the_kernel_lists_are_asked_directly() -> None:
    child = FakeProcess(7, rss=5)
    psutil = FakePsutil(FakeProcess(1, rss=1), others={7: child})
    host = HostProbe(psutil, NO_FILE, find_children=lambda _pid: [7])
    assert host.rss_bytes() == 6
    host.read()
    psutil.others.clear()  # what is known is not looked up again
    host.read()
    assert host.rss_bytes() == 6


def test_shares_are_of_the_time_between_two_readings() -> None:
    psutil = FakePsutil(FakeProcess(1, rss=1))
    host = probe(psutil)
    assert "other_cpu_percent" not in host.read()
    # Of 40 core-seconds: 20 idle, 4 stolen, 10 of this process, 6 of others.
    psutil.user, psutil.idle, psutil.steal, psutil.guest = 10.0, 20.0, 4.0, 6.0
    psutil.process.spent_s = 10.0
    readings = host.read()
    assert readings["other_cpu_percent"] == pytest.approx(100 * 6 / 40)
    assert readings["cpu_steal_percent"] == pytest.approx(100 * 4 / 40)


def connection(pid: int | None, at: int, to: int | None = None) -> Any:
    end = ("127.0.0.1", to) if to else ()
    return SimpleNamespace(pid=pid, laddr=("127.0.0.1", at), raddr=end)


def served() -> FakePsutil:
    """Process 1 asks; 7 and 8 listen at port 80, 7 has a child; 9 is somebody else's."""
    worker = FakeProcess(5, rss=1)
    processes = [
        FakeProcess(7, rss=1, offspring=[worker]),
        *(FakeProcess(n, rss=1) for n in (8, 9)),
    ]
    ends = [connection(1, 4000, 80), connection(8, 80), connection(7, 80)]
    strangers = [connection(9, 90), connection(9, 80, 4001), connection(None, 80)]
    return FakePsutil(
        FakeProcess(1, rss=1),
        others={each.pid: each for each in processes},
        connections=[*ends, *strangers],
    )


def host_served_at(port: int | None, psutil: FakePsutil) -> HostProbe:
    return HostProbe(psutil, NO_FILE, lambda _pid: [], partial(server_processes, psutil, port))


def test_a_server_is_who_listens_at_its_port_with_the_children() -> None:
    assert sorted(each.pid for each in server_processes(served(), 80)) == [5, 7, 8]
    assert server_processes(FakePsutil(FakeProcess(1, rss=1)), 80) == []
    inside = FakePsutil(FakeProcess(1, rss=1), connections=[connection(1, 80)])
    assert server_processes(inside, 80) == []  # what it takes is this process's own


def test_what_a_server_takes_is_no_other_processes() -> None:
    psutil = served()
    host = host_served_at(80, psutil)
    host.read()
    # Of 40 core-seconds: 20 idle, 8 of the server, 12 of others.
    psutil.user, psutil.idle = 20.0, 20.0
    psutil.others[7].spent_s = 8.0
    assert host.read()["other_cpu_percent"] == pytest.approx(100 * 12 / 40)


def test_a_server_is_looked_for_before_a_load_and_never_during_one() -> None:
    psutil = served()
    host = host_served_at(80, psutil)
    host.read()
    psutil.connections = []
    n_before = psutil.n_searches
    for _ in range(3):
        psutil.idle += 40.0
        assert host.read()["other_cpu_percent"] == 0
    assert psutil.n_searches == n_before == 1


@pytest.mark.parametrize("port", [81, None])
def test_where_a_server_is_not_known_nobody_tells_who_else_works(port: int | None) -> None:
    psutil = served()
    host = host_served_at(port, psutil)
    for _ in range(3):
        psutil.idle += 40.0
        readings = host.read()
        assert "other_cpu_percent" not in readings
    assert "cpu_steal_percent" in readings


def test_a_server_in_another_process_is_found() -> None:
    psutil = pytest.importorskip("psutil")
    code = (
        "import socket; s = socket.create_server(('127.0.0.1', 0));"
        " print(s.getsockname()[1], flush=True); s.accept()[0].recv(1)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        assert [each.pid for each in server_processes(psutil, port)] == [server.pid]
        with socket.create_connection(("127.0.0.1", port)):
            assert server.pid in {each.pid for each in server_processes(psutil, port)}


def test_readings_have_their_units(tmp_path: Path) -> None:
    vmstat = tmp_path / "vmstat"
    vmstat.write_text("nr_free_pages 7\npswpin 3\npswpout 2\n", encoding="ascii")
    readings = probe(FakePsutil(FakeProcess(1, rss=1)), vmstat).read()
    assert readings["load_average"] == 0.5
    assert readings["cpu_mhz"] == 2000.0
    assert readings["cpu_temperature_c"] == 50.0  # of the processor's sensors, not the disk's
    assert readings["swapped_bytes"] % 5 == 0
    assert readings["swapped_bytes"] >= 5 * 4096


def test_what_a_platform_does_not_tell_is_absent() -> None:
    readings = probe(FakePsutil(FakeProcess(1, rss=1), mhz=None, celsius=None)).read()
    assert set(readings) == {"load_average"}
    assert "cpu_mhz" not in probe(FakePsutil(FakeProcess(1, rss=1), mhz=0.0)).read()


def test_this_very_machine_can_be_read() -> None:
    pytest.importorskip("psutil")
    host = host_probe()
    assert host is not None
    assert host.rss_bytes() > 1e6
    assert all(value >= 0 for value in host.read().values())


def test_without_psutil_there_is_no_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psutil", None)
    assert host_probe() is None


def test_descendants_are_found_over_all_threads(tmp_path: Path) -> None:
    for thread, children in {
        "1/task/1": "5 ",
        "1/task/2": "6",
        "5/task/5": "9",
        "6/task/6": "",
    }.items():
        (tmp_path / thread).mkdir(parents=True)
        (tmp_path / thread / "children").write_text(children, encoding="ascii")
    assert sorted(descendants(1, tmp_path) or []) == [5, 6, 9]


def test_a_kernel_without_lists_of_children_is_told_from_one_without_children(
    tmp_path: Path,
) -> None:
    assert descendants(1, tmp_path) is None
    (tmp_path / "1/task/1").mkdir(parents=True)
    assert descendants(1, tmp_path) is None
    (tmp_path / "1/task/1/children").write_text("", encoding="ascii")
    (tmp_path / "1/task/2").mkdir()  # a thread that ended while it was looked at
    assert descendants(1, tmp_path) == []


def test_a_device_is_read_in_plain_units() -> None:
    readings = NvidiaProbe(FakeNvml(), [FakeGpu()]).read()
    assert readings["gpu_sm_mhz"] == 1980
    assert readings["gpu_memory_mhz"] == 2619
    assert readings["gpu_power_w"] == 300
    assert readings["gpu_used_bytes"] == 4 << 30
    assert readings["gpu_other_processes"] == 0
    assert not any(value for name, value in readings.items() if "throttled" in name)


def test_several_devices_are_as_slow_as_the_slowest_and_draw_the_sum() -> None:
    two = [FakeGpu(celsius=40), FakeGpu(sm_mhz=900, mask=0x40)]
    device = NvidiaProbe(FakeNvml(), two)
    readings = device.read()
    assert readings["gpu_sm_mhz"] == 900
    assert readings["gpu_temperature_c"] == 60
    assert readings["gpu_power_w"] == 600
    assert readings["gpu_throttled_hardware_thermal"] == 1
    assert readings["gpu_throttled_power_cap"] == 0
    assert device.energy_j() == 10_000


def test_a_sum_over_some_of_the_devices_is_none() -> None:
    device = NvidiaProbe(FakeNvml(), [FakeGpu(), FakeGpu(milliwatts=None, millijoules=None)])
    assert device.power_w() is None
    assert device.energy_j() is None
    assert "gpu_power_w" not in device.read()
    assert "gpu_sm_mhz" not in NvidiaProbe(FakeNvml(), [FakeGpu(sm_mhz=None)]).read()


def test_strangers_on_a_device_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    device = NvidiaProbe(FakeNvml(), [FakeGpu(pids=(4, 5, 6))], lambda: frozenset({5}))
    assert device.read()["gpu_other_processes"] == 2
    # In a container this process has another number than the driver's.
    hidden = NvidiaProbe(FakeNvml(), [FakeGpu(pids=(4, 6))], lambda: frozenset({5}))
    monkeypatch.setitem(sys.modules, "torch", cuda_in_use())
    assert hidden.read()["gpu_other_processes"] == 1
    monkeypatch.setitem(sys.modules, "torch", None)
    assert hidden.read()["gpu_other_processes"] == 2


def cuda_in_use(**more: object) -> SimpleNamespace:
    return SimpleNamespace(
        cuda=SimpleNamespace(is_available=lambda: True, is_initialized=lambda: True, **more)
    )


def test_a_model_on_the_processor_has_no_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    assert nvidia_probe() is None


def test_without_driver_or_package_there_is_no_device(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoDriver(FakeNvml):
        def nvmlInit(self) -> None:  # noqa: N802
            raise self.NVMLError("Driver Not Loaded")

    monkeypatch.setitem(sys.modules, "torch", cuda_in_use())
    for nvml in (NoDriver(), None):
        monkeypatch.setitem(sys.modules, "pynvml", nvml)
        assert nvidia_probe() is None
        assert server_device(lambda: {7}) is None


def test_the_device_of_torch_is_found_by_its_identifier(monkeypatch: pytest.MonkeyPatch) -> None:
    class Driver(FakeNvml):
        def nvmlInit(self) -> None:  # noqa: N802
            pass

        def nvmlDeviceGetHandleByUUID(self, uuid: str) -> FakeGpu:  # noqa: N802
            return {"GPU-abc": FakeGpu(sm_mhz=123)}[uuid]

    torch = cuda_in_use(
        current_device=lambda: 1, get_device_properties=lambda _at: SimpleNamespace(uuid="abc")
    )
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "pynvml", Driver())
    device = nvidia_probe()
    assert device is not None
    assert device.read()["gpu_sm_mhz"] == 123


HOST = "pid:[4026531836]"


def device_of(
    pids: set[int],
    *gpus: FakeGpu,
    patch: pytest.MonkeyPatch,
    folder: Path,
    namespace: str = HOST,
) -> NvidiaProbe | str | None:
    """The device of a server with these processes on a machine with these devices."""

    class Driver(FakeNvml):
        def nvmlInit(self) -> None:  # noqa: N802
            pass

        def nvmlDeviceGetCount(self) -> int:  # noqa: N802
            return len(gpus)

        def nvmlDeviceGetHandleByIndex(self, at: int) -> FakeGpu:  # noqa: N802
            return gpus[at]

    patch.setitem(sys.modules, "pynvml", Driver())
    (folder / "pid").symlink_to(namespace)
    return server_device(lambda: pids, namespace=folder / "pid")


def test_a_server_has_the_devices_on_which_it_computes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mine, shared = FakeGpu(pids=(7,), used=1 << 30), FakeGpu(pids=(7, 9), used=2 << 30)
    others = FakeGpu(pids=(9,), used=8 << 30)

    found = device_of({5, 7}, mine, others, shared, patch=monkeypatch, folder=tmp_path)

    assert isinstance(found, NvidiaProbe)
    readings = found.read()
    assert readings["gpu_used_bytes"] == 3 << 30
    assert readings["gpu_other_processes"] == 1
    assert found.energy_j() == 10_000


@pytest.mark.parametrize(
    ("pids", "namespace", "words"),
    [
        ({5, 7}, HOST, None),
        ({5, 7}, "pid:[4026532000]", "numbers processes unlike this container"),
        (set(), HOST, "the server's processes cannot be found"),
    ],
)
def test_a_device_that_a_server_does_not_use_is_not_its_own(
    pids: set[int],
    namespace: str,
    words: str | None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    gpus = (FakeGpu(pids=(9,)), FakeGpu())

    found = device_of(pids, *gpus, patch=monkeypatch, folder=tmp_path, namespace=namespace)

    assert found is None if words is None else words in str(found)


def test_nobody_knows_the_device_of_a_server_whose_driver_does_not_tell(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    silent = FakeGpu(pids=None)
    found = device_of({7}, silent, patch=monkeypatch, folder=tmp_path)
    assert found == "the NVIDIA device's driver does not tell which processes use it"


def test_no_process_is_looked_for_where_there_is_no_device(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert device_of(set(), patch=monkeypatch, folder=tmp_path) is None


def test_torchs_allocator_is_asked_only_where_it_is_at_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resets: list[int] = []
    torch = cuda_in_use(
        reset_peak_memory_stats=lambda: resets.append(1),
        max_memory_allocated=lambda: 10,
        max_memory_reserved=lambda: 20,
    )
    monkeypatch.setitem(sys.modules, "torch", torch)
    reset_torch_peaks()
    assert resets == [1]
    assert torch_peaks() == {"mem_dev_alloc_peak": 10.0, "mem_dev_reserved_peak": 20.0}
    monkeypatch.setitem(sys.modules, "torch", None)
    reset_torch_peaks()
    assert torch_peaks() == {}
