r"""``command``: any program that reads JSON lines and writes JSON lines.

The program is started once, in a process group of its own and without a shell, and answers many
questions. It reads one JSON object per line from its standard input and writes one per line to
its standard output, flushed after each, with the ``id`` of the question, in any order. It ends
when its input ends. Its standard error is free for its own words.

========================  ===============================================  =======================
``kind`` of the question  its other fields                                 fields of the answer
========================  ===============================================  =======================
``Generate``              ``prompt``, ``max_new_tokens``, ``stop``,        ``text``,
                          ``temperature``, ``top_p``, ``seed``             ``finish_reason``?
``LogLikelihood``         ``prompt``, ``continuations``                    ``scores``
``RollingLogLikelihood``  ``text``                                         ``values``
``Classify``              ``text``                                         ``scores``
``Embed``                 ``text``                                         ``values``
========================  ===============================================  =======================

A prompt is a text, or a list of ``{"role": ..., "content": ...}``. A ``Generate`` whose answer has
to have a certain length also has ``min_new_tokens``. ``scores`` of continuations are
their log-likelihoods, each a number or a list with one number per token; ``scores`` of labels are
an object ``{label: score}``; ``values`` is a list of numbers. Any answer may have ``usage``
(``{"n_input_tokens": 5, "n_output_tokens": 2}``). ``{"id": 3, "error": "too long"}`` refuses
question 3 alone. A whole program::

    import json, sys

    for line in sys.stdin:
        question = json.loads(line)
        answer = {"id": question["id"], "text": question["prompt"].upper()}
        print(json.dumps(answer), flush=True)

What can go wrong, and what it costs:

- It ends, by itself or by a signal: what it was asked fails as ``crashed``, with the exit code and
  its last words, and it is started again.
- It takes longer than ``timeout_s``: that question fails as ``timeout``. The group is killed and
  started again; other questions it held are asked again.
- It writes a blank line, or answers once more what it has answered: nothing, it is skipped.
- It writes anything else (no JSON, an id that is not asked, a line above the limit): what it was
  asked fails as ``protocol``, since no later line could be trusted, and it is killed and started
  again.
- It does so more often than ``max_restarts`` in a row without one answer: the rest fails at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from harness.core.capability import Capability
from harness.core.errors import ConfigError

if TYPE_CHECKING:
    from harness.adapters.command.session import CommandSession


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandAdapter:
    """A program that is kept running and spoken to in JSON lines."""

    is_watchable: ClassVar[bool] = False
    """An answer comes whole: nothing can be timed within it."""

    argv: tuple[str, ...]
    """The program and its arguments, as they are: no shell sees them."""
    offers: tuple[Literal["generates", "scores", "classifies", "embeds"], ...] = ("generates",)
    """What the program can do."""
    labels: tuple[str, ...] = ()
    """The labels of a classifier, in the order to keep; taken from each answer when empty."""
    timeout_s: float = 60.0
    """Seconds from sending a question to its answer."""
    n_processes: int = 1
    """How many of the program run side by side."""
    n_in_flight: int = 1
    """Questions that one process is given at a time; more than one suits a program that batches."""
    max_restarts: int = 3
    """How often a process is started again without having answered anything in between."""
    max_line_mib: int = 16
    """Longest line that is read, in MiB."""
    env: tuple[str, ...] = ()
    """Environment variables to pass on, beside the plain ones such as PATH and HOME."""

    def __post_init__(self) -> None:
        """Refuse what no program could satisfy.

        Raises:
            ConfigError: no program is named, nothing is offered, or a limit leaves no room.
        """
        if not self.argv or not self.argv[0]:
            raise ConfigError("argv", "names no program", 'write argv = ["python", "model.py"]')
        if not self.offers:
            raise ConfigError("offers", "is empty", 'write offers = ["generates"]')
        least = {"n_processes": 1, "n_in_flight": 1, "max_restarts": 0, "max_line_mib": 1}
        for name, limit in least.items():
            if getattr(self, name) < limit:
                raise ConfigError(name, f"must be at least {limit}", f"write {name} = {limit}")
        if self.timeout_s <= 0:
            raise ConfigError("timeout_s", "must be positive", "write timeout_s = 60")

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What ``offers`` says."""
        return frozenset(map(Capability, self.offers))

    def open(self) -> CommandSession:
        """Find the program; it is started when it is first asked.

        Raises:
            ConfigError: there is no such program, or a variable of ``env`` is not set.
        """
        from harness.adapters.command.session import CommandSession

        return CommandSession(self)
