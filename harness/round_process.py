"""One round of a suite in a process of its own: fresh memory, fresh caches, nobody else's load.

The parent sends the order, and the child sends back what happens, as pickles through a pair of
pipes between the two; none is ever written to a file. Started as a program rather than forked, so
that no thread or allocator of the parent is inherited, and rather than spawned, so that the
user's script is not run a second time.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from harness.core.capability import Capability
from harness.core.errors import AdapterError, ConfigError, HarnessError
from harness.core.identity import Identity
from harness.core.ports import Adapter, Task
from harness.core.profile import Profile
from harness.core.response import Response
from harness.core.sample import Sample
from harness.engine.breakdown import sentence_of
from harness.engine.execute import Answered, execute

_PATIENCE_S = 10.0
"""How long a child that has said its last word may take to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What is to be done in the other process."""

    adapter: Adapter
    task: Task
    sample: Sample
    capability: Capability


def carry_out(
    order: Round, note: Callable[[str], None], opened: Callable[[Identity], None]
) -> Iterator[Answered]:
    """Load the model in a new process, let the task deal with the sample, and end the process.

    Args:
        order: the round.
        note: is told how far it has come.
        opened: is given the model's identity once it is loaded.

    Raises:
        AdapterError: the model cannot be loaded or was lost, or the process has died.
        ConfigError: an option is wrong in a way only loading can show, or the adapter or the task
            cannot be taken to another process.
    """
    try:
        message = pickle.dumps(order)
    except Exception as error:
        raise _stuck(error) from error
    child = subprocess.Popen(
        [sys.executable, "-m", "harness.round_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        with contextlib.suppress(BrokenPipeError):  # what it died of is told below
            child.stdin.write(message)
            child.stdin.close()
        yield from _answers(child.stdout, child, note, opened)
    finally:
        _end(child)


def _answers(
    pipe: Any,
    child: subprocess.Popen[bytes],
    note: Callable[[str], None],
    opened: Callable[[Identity], None],
) -> Iterator[Answered]:
    while True:
        try:
            kind, value = pickle.load(pipe)  # noqa: S301 - our own child's words
        except (EOFError, pickle.UnpicklingError):  # it has ended, or amid a word
            code = child.wait(_PATIENCE_S)
            reason = f"the process of the round has ended with code {code}"
            raise AdapterError(f"{reason}: out of memory, or killed") from None
        if kind == "end":
            return
        if kind == "answer":
            yield value
        elif kind == "note":
            note(value)
        elif kind == "identity":
            opened(value)
        else:
            raise value


def _end(child: subprocess.Popen[bytes]) -> None:
    """Let a child that is done end by itself; stop one that is not."""
    assert child.stdout is not None
    child.stdout.close()
    try:
        child.wait(_PATIENCE_S)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        child.kill()
        child.wait()


def main() -> None:
    """Carry out the order that stands on standard input, and tell of it on standard output."""
    # What libraries print must not get between the pickles.
    # Also closing the pipe tells that the parent has gone, of what is still to be written.
    with (
        contextlib.suppress(BrokenPipeError, KeyboardInterrupt),
        os.fdopen(os.dup(1), "wb") as pipe,
    ):
        os.dup2(2, 1)
        _carry_out(pipe)


def _carry_out(pipe: BinaryIO) -> None:
    def tell(kind: str, value: object = None) -> None:
        pipe.write(pickle.dumps((kind, value)))
        pipe.flush()

    try:
        order = _read_order()
        started = time.perf_counter()
        session = order.adapter.open()
        load_s = time.perf_counter() - started
        try:
            tell("identity", session.identity)
            for answered in execute(
                order.task,
                session,
                order.capability,
                [order.sample],
                lambda text: tell("note", text),
            ):
                tell("answer", _with_load_time(answered, load_s))
        finally:
            session.close()
    except BrokenPipeError:
        raise
    except HarnessError as error:
        tell("error", error)
    except Exception as error:  # noqa: BLE001 - the parent tells it, whatever it is
        tell("error", AdapterError(sentence_of(error)))
    else:
        tell("end")


def _with_load_time(answered: Answered, load_s: float) -> Answered:
    """Add to a profile how long the model took to load, which only this process has seen.

    What was made once and is kept, an export, is no part of it: other rounds load what is there.
    """
    answer = answered.answer
    if not isinstance(answer, Response) or not isinstance(answer.output, Profile):
        return answered
    facts = answer.output.facts
    timed = replace(answer.output, facts={"load_s": load_s - facts.get("export_s", 0.0), **facts})
    return replace(answered, answer=replace(answer, output=timed))


def _read_order() -> Round:
    try:
        order: Round = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own parent's words
    except EOFError:
        raise BrokenPipeError from None  # the parent has gone before it could say a word
    except Exception as error:
        raise _stuck(error) from error
    return order


def _stuck(error: Exception) -> ConfigError:
    """Return what to do about a class that only the user's script knows."""
    reason = f"cannot be taken to another process ({error})"
    return ConfigError("the model or the suite", reason, "define it in a module of its own")


if __name__ == "__main__":
    main()
