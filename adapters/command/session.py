"""Shares questions out among processes, and decides what their lines and their ends mean."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from queue import Empty, Queue
from time import perf_counter
from typing import TYPE_CHECKING

from harness.adapters.command.environment import describe, environment_of, find_program
from harness.adapters.command.lines import GarbageError, read_answer, read_line
from harness.adapters.command.program import Program, Said
from harness.adapters.command.slot import Asked, Slot
from harness.adapters.quoting import scrubber_of, shorten
from harness.adapters.refusal import refuse
from harness.core.errors import AdapterError
from harness.core.identity import Identity, hash_json
from harness.core.request import FitAndClassify, Request, capability_of
from harness.core.response import Exchange, Failure, FailureKind

if TYPE_CHECKING:
    from harness.adapters.command import CommandAdapter

_MOST_UNREAD = 256
"""Lines read ahead of their use; a program that writes more is left to wait."""
_LOOK_AROUND_S = 0.25
"""How often to look for processes that ended while another one holds their output open."""


class CommandSession:
    """Some processes of one program."""

    def __init__(self, adapter: CommandAdapter) -> None:
        environment = environment_of(adapter.env)
        program = find_program(adapter.argv[0], environment)
        command = [str(program), *adapter.argv[1:]]
        self.identity = Identity(
            {
                "weights": hash_json(describe(program, adapter.argv)),
                "settings": hash_json(
                    {"offers": sorted(adapter.offers), "labels": list(adapter.labels)}
                ),
            }
        )
        self._adapter = adapter
        self._name = f"command {adapter.argv[0]}"
        self._longest_line = adapter.max_line_mib << 20
        self._scrub = scrubber_of(environment[name] for name in adapter.env)
        self._numbers = count(1)
        self._said: Queue[Said] = Queue(_MOST_UNREAD)
        self._running: set[Program] = set()
        # Processes end with this session even when nobody closes it.
        self._reap = weakref.finalize(self, _kill_all, self._running)

        said, running, longest = self._said, self._running, self._longest_line

        def start() -> Program:
            running.difference_update([program for program in running if program.is_over])
            started = Program(command, environment, said, longest)
            running.add(started)
            return started

        self._slots = [Slot(start, adapter.max_restarts) for _ in range(adapter.n_processes)]

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        """Yield exchanges as they finish; processes still at work are killed if nobody reads on.

        Raises:
            AdapterError: the session is closed, or the program can no longer be started.
        """
        if not self._reap.alive:
            raise AdapterError(f"{self._name}: the session is closed; open another one")
        waiting: deque[Request] = deque()
        for request in requests:
            if self._offers(request):
                waiting.append(request)
            else:
                yield Exchange(request, refuse("command", request.payload))
        try:
            while waiting or any(slot.asked for slot in self._slots):
                yield from self._share_out(waiting)
                for said in self._listen():
                    yield from self._hear(said)
                yield from self._look_around(waiting)
        finally:
            self._drop_unfinished()

    def close(self) -> None:
        """End the processes and wait for them. Safe to call twice."""
        for slot in self._slots:
            if slot.program is not None:
                slot.program.close()
                slot.program = None
        self._reap()

    def _offers(self, request: Request) -> bool:
        # A training set is only named on the wire, so fitting cannot be offered.
        if isinstance(request.payload, FitAndClassify):
            return False
        return capability_of(request.payload) in self._adapter.capabilities

    def _share_out(self, waiting: deque[Request]) -> Iterator[Exchange]:
        for _ in range(self._adapter.n_in_flight):  # one each before anyone gets a second
            for slot in self._slots:
                has_room = len(slot.asked) < self._adapter.n_in_flight
                if waiting and has_room and not slot.is_spent:
                    self._ask(slot, waiting.popleft())
        if all(slot.is_spent for slot in self._slots):
            reason = f"given up after {self._adapter.max_restarts} restarts without an answer"
            while waiting:
                yield self._failed(waiting.popleft(), FailureKind.CRASHED, reason)

    def _ask(self, slot: Slot, request: Request) -> None:
        try:
            slot.ask(next(self._numbers), request)
        except OSError as error:
            raise AdapterError(f"{self._name}: cannot be started: {error}") from error

    def _listen(self) -> Iterator[Said]:
        """Yield what was said so far, after waiting a little when nothing was."""
        deadlines = [asked.at for slot in self._slots for asked in slot.asked.values()]
        if not deadlines:
            return
        left_s = min(deadlines) + self._adapter.timeout_s - perf_counter()
        try:
            yield self._said.get(timeout=min(max(left_s, 0.001), _LOOK_AROUND_S))
            # Not until it is empty: a flood would keep the limits of time from being looked at.
            for _ in range(_MOST_UNREAD):
                yield self._said.get_nowait()
        except Empty:
            return

    def _hear(self, said: Said) -> Iterator[Exchange]:
        slot = next((slot for slot in self._slots if slot.program is said.program), None)
        if slot is None:  # the last words of a process that was killed
            return
        if said.line is None:
            yield from self._crash(slot)
            return
        try:
            line = self._without_secrets(said.line)
            answer = read_line(line, self._longest_line, slot.asked, slot.answered)
        except GarbageError as error:
            yield from self._fail_all(slot.give_up().values(), FailureKind.PROTOCOL, str(error))
            return
        if answer is None:
            return
        asked = slot.settle(answer.id)
        # A question that shared the process has no latency of its own.
        latency_s = said.at - asked.at if self._adapter.n_in_flight == 1 else None
        result = read_answer(asked.request.payload, answer.fields, self._adapter.labels, latency_s)
        if isinstance(result, Failure):
            yield self._failed(asked.request, result.kind, result.message)
        else:
            yield Exchange(asked.request, result)

    def _crash(self, slot: Slot) -> Iterator[Exchange]:
        program = slot.program
        assert program is not None
        code = program.end()
        words = shorten(program.last_words) or "none"
        reason = f"it ended with exit code {code}; its last words: {words}"
        yield from self._fail_all(slot.give_up().values(), FailureKind.CRASHED, reason)

    def _look_around(self, waiting: deque[Request]) -> Iterator[Exchange]:
        for slot in self._slots:
            if slot.program is None:
                continue
            overdue = slot.overdue(self._adapter.timeout_s, perf_counter())
            if overdue:
                yield from self._time_out(slot, overdue, waiting)
            elif slot.program.exit_code is not None and self._said.empty():
                # Its end is usually read a moment later: only the second look counts.
                if slot.is_idle_dead:
                    yield from self._crash(slot)
                slot.is_idle_dead = True

    def _time_out(
        self, slot: Slot, overdue: list[int], waiting: deque[Request]
    ) -> Iterator[Exchange]:
        asked = slot.give_up()
        waiting.extendleft(
            asked[number].request for number in reversed(asked) if number not in overdue
        )
        reason = f"no answer within {self._adapter.timeout_s:g} s"
        late = (asked[number] for number in overdue)
        yield from self._fail_all(late, FailureKind.TIMEOUT, reason)

    def _fail_all(
        self, asked: Iterable[Asked], kind: FailureKind, reason: str
    ) -> Iterator[Exchange]:
        for question in asked:
            yield self._failed(question.request, kind, reason)

    def _failed(self, request: Request, kind: FailureKind, reason: str) -> Exchange:
        message = self._scrub(f"{self._name}: {reason}")
        return Exchange(request, Failure(kind=kind, message=message))

    def _without_secrets(self, line: bytes) -> bytes:
        if not self._adapter.env:
            return line
        # What is not UTF-8 stays so, and is refused when it is read.
        text = line.decode("utf-8", "surrogateescape")
        return self._scrub(text).encode("utf-8", "surrogateescape")

    def _drop_unfinished(self) -> None:
        # A late answer would be taken for garbage by the next questions.
        for slot in self._slots:
            if slot.asked:
                slot.drop()


def _kill_all(running: set[Program]) -> None:
    for program in running:
        program.kill()
