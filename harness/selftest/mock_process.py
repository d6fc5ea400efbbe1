"""The mock server in a process of its own, as a model's server is."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.request import urlopen

from harness.core.errors import AdapterError
from harness.core.trace import Trace


@dataclass(frozen=True, slots=True)
class Truth:
    """What the server really did for one request."""

    trace: Trace
    """As a client of no delay at all would have seen it."""
    late_ns: int
    """How much later than planned its worst frame left."""


@dataclass(frozen=True, slots=True)
class MockProcess:
    """A running mock server."""

    url: str
    """Its address, without ``/v1``."""

    def truths(self) -> Mapping[str, Truth]:
        """Return what has been answered since the last call, by prompt."""
        with urlopen(f"{self.url}/truth", timeout=60) as reply:  # noqa: S310 - our own address
            rows = json.load(reply)
        return {row.pop("prompt"): _truth(row) for row in rows}


@contextmanager
def mock_process(options: Sequence[str] = ()) -> Iterator[MockProcess]:
    """Start a server, and end it afterwards; it also ends when this process does.

    Args:
        options: of the mock server's command line.

    Raises:
        AdapterError: it does not start.
    """
    command = [sys.executable, "-m", "harness.selftest.mock_server", "--until-input-ends"]
    with subprocess.Popen(  # noqa: S603 - our own module
        [*command, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            url = process.stdout.readline().strip()
            if not url:
                raise AdapterError("the mock server did not start")
            yield MockProcess(url)
        finally:
            process.stdin.close()


def _truth(row: dict[str, object]) -> Truth:
    columns = {name: tuple(v) if isinstance(v, list) else v for name, v in row.items()}
    late_ns = columns.pop("late_ns")
    assert isinstance(late_ns, int)
    return Truth(Trace(**columns), late_ns)  # type: ignore[arg-type] # our own server wrote them
