"""One running program and its pipes. Threads move the bytes; what they mean is decided elsewhere.

Each pipe has a thread, because each may block: the program may not read (a large question), may
not write (a hang), or may wait for its words on standard error to be taken.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Full, Queue, SimpleQueue
from threading import Event, Thread
from time import perf_counter

_LAST_WORDS = 4096
"""Bytes of standard error that are kept."""
_GRACE_S = 2.0
"""Seconds for a program to end by itself once its input has ended."""
_POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class Said:
    """A line that a program wrote, or its end."""

    program: Program
    line: bytes | None
    """None when standard output has ended."""
    at: float
    """``perf_counter`` when the line was read."""


class Program:
    """A child process in a group of its own.

    Args:
        argv: program and arguments.
        environment: all variables it gets.
        said: receives its lines; when it is full, the program is left to wait.
        longest_line: bytes; a line above it arrives cut off there, without its end.

    Raises:
        OSError: it cannot be started.
    """

    def __init__(
        self,
        argv: Sequence[str],
        environment: Mapping[str, str],
        said: Queue[Said],
        longest_line: int,
    ) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - running the user's program is the task
            argv,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._said = said
        self._longest_line = longest_line
        self._to_write: SimpleQueue[bytes | None] = SimpleQueue()
        self._last_words = bytearray()
        self._is_over = Event()
        self._threads = [
            Thread(target=target, daemon=True) for target in (self._write, self._read, self._drain)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def exit_code(self) -> int | None:
        """Exit code, negative for a signal, or None while it runs."""
        return self._process.poll()

    @property
    def is_over(self) -> bool:
        """True when it was killed and reaped."""
        return self._is_over.is_set()

    @property
    def last_words(self) -> str:
        """The end of what it wrote to standard error."""
        return bytes(self._last_words).decode("utf-8", "replace").strip()

    def send(self, line: bytes) -> None:
        """Write a line as soon as the program reads it."""
        self._to_write.put(line)

    def end(self) -> int:
        """Wait a little for a program whose output has ended, then kill; return the exit code."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE_S)
        return self.kill()

    def close(self) -> None:
        """End its input, wait a little, then kill what is left."""
        self._to_write.put(None)
        self.end()

    def kill(self) -> int:
        """Kill the whole group, reap the child, and return its exit code. Safe to call twice."""
        if not self._is_over.is_set():
            # Also when the child itself has ended: those that it started may go on.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        code = self._process.wait()
        self._is_over.set()
        self._to_write.put(None)
        for thread in self._threads:
            thread.join(_GRACE_S)
        return code

    def _write(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        with suppress(OSError):  # the program has ended: its reader will tell
            while (line := self._to_write.get()) is not None:
                pipe.write(line)
                pipe.flush()
        with suppress(OSError):  # closing flushes what a dead program never took
            pipe.close()

    def _read(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        with pipe:
            while line := pipe.readline(self._longest_line):
                self._offer(Said(self, line, perf_counter()))
                if self._is_over.is_set():
                    return
        self._offer(Said(self, None, perf_counter()))

    def _offer(self, said: Said) -> None:
        while not self._is_over.is_set():
            try:
                self._said.put(said, timeout=_POLL_S)
            except Full:
                continue
            return

    def _drain(self) -> None:
        pipe = self._process.stderr
        assert pipe is not None
        with pipe:
            while piece := pipe.read1(1 << 16):  # type: ignore[attr-defined] # IO[bytes] is buffered
                self._last_words += piece
                del self._last_words[:-_LAST_WORDS]
