"""The clocks of a timed load, beside devices and hosts that are made up."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from harness.adapters.transformers.step_clock import EventClock, HostClock, clock_of
from harness.adapters.transformers.waiting_line import ClosedLine, OpenLine, line_of
from harness.core.arrival import Arrival
from harness.core.request import Generate, Request


@dataclass
class Device:
    """Works through what it is given, later than it is given it, on a clock that runs fast."""

    host_ns: int = 5_000
    free_ns: int = 0
    rate: float = 1.0001
    n_waits: int = 0
    events: list[Event] = field(default_factory=list)

    def work(self, ns: int) -> None:
        self.free_ns = max(self.free_ns, self.host_ns) + ns

    def synchronise(self) -> None:
        self.n_waits += 1
        self.host_ns = max(self.host_ns, self.free_ns)

    def read(self) -> int:
        return self.host_ns

    def event(self) -> Event:
        return Event(self)


@dataclass
class Event:
    device: Device
    reached_ns: int = -1

    def record(self) -> None:
        self.reached_ns = max(self.device.free_ns, self.device.host_ns)

    def elapsed_time(self, later: Event) -> float:
        return (later.reached_ns - self.reached_ns) * self.device.rate / 1e6


def test_events_stand_on_the_hosts_clock_after_one_wait_at_the_end() -> None:
    device = Device()
    clock = EventClock(device.event, device.synchronise, device.read)
    expected = []
    for at in range(100):
        device.work(1_000_000)
        expected.append((at + 1) * 1_000_000)
        assert clock.mark() == at
    assert device.n_waits == 1  # of the first anchor
    assert clock.now_ns() == 0  # the host has only handed work over
    found = clock.moments_ns()
    assert device.n_waits == 2
    # The device's clock runs apart by 10,000 ns in the end, and the anchors take that out.
    assert found == pytest.approx(expected, abs=2)
    assert clock.moments_ns() == pytest.approx(expected, abs=2)


def test_without_marks_there_are_no_moments() -> None:
    device = Device()
    clock = EventClock(device.event, device.synchronise, device.read)
    device.work(10)
    assert clock.moments_ns() == []


def test_a_device_without_events_is_waited_for() -> None:
    device = Device()
    clock = HostClock(device.synchronise, device.read)
    device.work(700)
    clock.mark()
    device.work(300)
    clock.mark()
    assert clock.moments_ns() == [700, 1_000]


def test_the_processor_needs_no_waiting() -> None:
    clock = clock_of("cpu")
    assert isinstance(clock, HostClock)
    marks = [clock.mark() for _ in range(3)]
    assert marks == [0, 1, 2]
    moments = clock.moments_ns()
    assert 0 <= moments[0] <= moments[1] <= moments[2] <= clock.now_ns()


def test_a_closed_line_fills_up_what_is_free() -> None:
    line = ClosedLine(5, 2, iter(range(100)).__next__)
    assert [(sent.at, sent.sent_ns) for sent in line.take(0)] == [(0, 0), (1, 0)]
    assert line.take(2) == []
    assert [sent.at for sent in line.take(1)] == [2]
    assert line.wait()
    assert [sent.at for sent in line.take(0)] == [3, 4]
    assert not line.wait()


def test_a_closed_line_without_a_bound_sends_all_at_once() -> None:
    line = ClosedLine(3, None, lambda: 7)
    assert [sent.at for sent in line.take(0)] == [0, 1, 2]


def test_a_closed_line_that_is_closed_sends_nothing_more() -> None:
    line = ClosedLine(3, 1, lambda: 7)
    line.close()
    assert line.take(0) == []
    assert not line.wait()


def test_an_open_line_sends_in_order_and_ends() -> None:
    line = OpenLine([0, 0, 0], None, lambda: 9)
    came = []
    while line.wait():
        came += line.take(0)
    assert [(sent.at, sent.sent_ns) for sent in came] == [(0, 9), (1, 9), (2, 9)]
    line.close()


def test_an_open_line_does_not_wait_for_what_is_not_due_when_it_is_closed() -> None:
    line = OpenLine([0, 10**15], None, lambda: 9)
    assert line.wait()
    assert [sent.at for sent in line.take(0)] == [0]
    line.close()


def test_due_times_make_a_line_open() -> None:
    request = Request("r", Generate(prompt="x"))
    assert isinstance(line_of([Arrival(request)], 1, lambda: 0), ClosedLine)
    line = line_of([Arrival(request, 0)], 1, lambda: 0)
    assert isinstance(line, OpenLine)
    line.close()
