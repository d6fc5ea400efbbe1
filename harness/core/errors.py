"""The tree of errors, and the exit code that each branch stands for.

    HarnessError
    ├── ConfigError      2   the question is malformed
    │   ├── UnknownName      a name nobody registered (carries the nearest one)
    │   └── SpecErrors       several of them, found in one pass
    ├── DataError        2   a data set that cannot be used as the spec says
    ├── CapabilityError  2   a suite asks for what an adapter cannot do
    ├── AdapterError     3   a model that could not be loaded or has gone away
    ├── SourceError      3   bytes that could not be fetched, or are not the pinned ones
    └── StoreError       3   a record that could not be kept or read

A failed *request* is none of these: it is a :class:`harness.core.response.Failure`, a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any


class HarnessError(Exception):
    """Root of every error that this project raises on purpose; its text is one clear sentence."""

    exit_code = 3

    def __reduce__(self) -> tuple[Any, ...]:
        """Survive the way from one process to another, whatever a branch is made of."""
        return _made_again, (type(self), self.args, self.__dict__)


def _made_again(
    kind: type[HarnessError], args: tuple[object, ...], fields: dict[str, object]
) -> HarnessError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(fields)
    return error


class ConfigError(HarnessError):
    """The spec or the command line is wrong; nothing was loaded.

    Args:
        where: the place, as a path of keys such as ``suite[2].columns.target``.
        reason: what is wrong there.
        remedy: what to write instead.
    """

    exit_code = 2

    def __init__(self, where: str, reason: str, remedy: str = "") -> None:
        self.where = where
        self.reason = reason
        self.remedy = remedy
        super().__init__(sentence(where, reason, remedy))


class UnknownName(ConfigError):  # noqa: N818 - named after what it tells, as httpx does
    """A name that is not registered; the message offers the nearest spelling."""

    def __init__(self, where: str, kind: str, name: str, known: Iterable[str]) -> None:
        self.name = name
        super().__init__(where, f"there is no {kind} named {name!r}", did_you_mean(name, known))


class SpecErrors(ConfigError):  # noqa: N818 - a plural of errors
    """Every problem found in one spec, reported together."""

    def __init__(self, problems: Sequence[ConfigError]) -> None:
        self.problems = tuple(problems)
        HarnessError.__init__(self, "\n".join(str(problem) for problem in problems))


class DataError(ConfigError):
    """A data set lacks a column, holds a wrong label, is empty, repeats an id, ..."""


class CapabilityError(ConfigError):
    """A suite needs what an adapter cannot do; raised before anything is loaded."""


class AdapterError(HarnessError):
    """The model behind an adapter could not be loaded, or is gone for good."""


class SourceError(HarnessError):
    """Bytes that could not be fetched, or whose hash is not the pinned one."""


class StoreError(HarnessError):
    """A run, record or report that could not be written or read."""


def sentence(where: str, reason: str, remedy: str = "") -> str:
    """Join place, reason and remedy into the one form that all messages have.

    >>> sentence("suite[0].limit", "must be positive", "write limit = 100")
    'suite[0].limit: must be positive; write limit = 100'
    """
    text = f"{where}: {reason}" if where else reason
    return f"{text}; {remedy}" if remedy else text


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a remedy with the nearest known spelling, or all of them when none is near.

    >>> did_you_mean("acuracy", ["accuracy", "bleu"])
    "did you mean 'accuracy'?"
    """
    names = sorted(set(known))
    near = nearest(name, names)
    if near:
        return f"did you mean {near[0]!r}?"
    if not names:
        return "none is registered"
    return "known are " + ", ".join(names)


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """Return the known spelling nearest to ``name``, alone in a list; none when none is near.

    >>> nearest("acuracy", ["accuracy", "bleu"]), nearest("x", ["accuracy"])
    (['accuracy'], [])
    """
    return get_close_matches(name, sorted(set(known)), n=1, cutoff=0.6)
