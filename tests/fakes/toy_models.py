"""The echo model with every bad habit that an adapter may have."""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal, cast

from harness.adapters.echo import EchoAdapter, EchoSession
from harness.core.capability import Capability
from harness.core.errors import AdapterError, ConfigError
from harness.core.identity import Identity
from harness.core.request import Request
from harness.core.response import Exchange, Failure, FailureKind, Generation, Response

Habit = Literal[
    "none",
    "cannot be loaded",
    "is misconfigured",
    "is lost",
    "is buggy",
    "is interrupted",
    "fails always",
    "fails once in three",
    "answers null",
    "answers a null output",
    "answers nothing readable",
    "shuffles",
    "forgets",
    "repeats",
    "invents",
    "cannot be closed",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyAdapter:
    """Answers as ``echo`` does, but for one habit."""

    habit: Habit = "none"
    """What it does wrong."""
    after: int = 3
    """The habit shows after so many answers."""
    seed: int = 0
    """Of the shuffling."""
    weights: str = "w"
    """What the model is."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        return frozenset({Capability.GENERATES})

    def open(self) -> ToySession:
        if self.habit == "cannot be loaded":
            raise AdapterError("toy: the weights are gone; look under the sofa")
        if self.habit == "is misconfigured":
            raise ConfigError("toy.habit", "is a bad one", "choose another")
        return ToySession(self)


class ToySession:
    """Takes down which requests it was asked."""

    asked: list[str] = []  # noqa: RUF012 - of all sessions of a test, which empties it

    def __init__(self, adapter: ToyAdapter) -> None:
        self.identity = Identity({"weights": adapter.weights})
        self._adapter = adapter
        self._echo = EchoSession(EchoAdapter())

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        self.asked.extend(request.id for request in requests)
        exchanges = self._echo.respond(requests)
        habit, after = self._adapter.habit, self._adapter.after
        if habit in ("is lost", "is buggy", "is interrupted"):
            yield from islice(exchanges, after)
            self._break_down()
        elif habit == "shuffles":
            order = list(exchanges)
            random.Random(self._adapter.seed).shuffle(order)
            yield from order
        elif habit == "forgets":
            yield from islice(exchanges, after)
        else:
            for place, exchange in enumerate(exchanges):
                yield from self._spoilt(exchange, place)

    def close(self) -> None:
        if self._adapter.habit == "cannot be closed":
            raise RuntimeError("the door is stuck")

    def _break_down(self) -> None:
        if self._adapter.habit == "is lost":
            raise AdapterError("toy: the model is gone; start it again")
        if self._adapter.habit == "is buggy":
            raise ZeroDivisionError("seven by zero")
        signal.raise_signal(signal.SIGINT)

    def _spoilt(self, exchange: Exchange, place: int) -> Iterator[Exchange]:
        habit = self._adapter.habit
        refused = Failure(kind=FailureKind.SERVER_ERROR, message="503")
        if habit == "fails always" or (habit == "fails once in three" and place % 3 == 1):
            yield replace(exchange, answer=refused)
        elif habit == "answers null":
            yield replace(exchange, answer=cast("Response", None))
        elif habit == "answers a null output":
            yield replace(exchange, answer=Response(output=cast("Generation", None)))
        elif habit == "answers nothing readable":
            nonsense = Generation(text="unreadable", finish_reason="stop")
            yield replace(exchange, answer=Response(output=nonsense))
        else:
            yield exchange
        if habit == "repeats":
            yield replace(exchange, answer=refused)
        if habit == "invents" and place == self._adapter.after:
            yield replace(exchange, request=Request("nobody", exchange.request.payload))
