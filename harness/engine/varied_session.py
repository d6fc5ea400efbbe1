"""A model as a task finds it in a repeat that puts its questions itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from harness.core.identity import Identity
from harness.core.ports import Session
from harness.core.request import Request
from harness.core.response import Exchange
from harness.engine.redrawing import redrawn
from harness.engine.variation import Variation, reordered


@dataclass(frozen=True, slots=True)
class VariedSession:
    """Gets what it is handed at once in another order, and with other seeds.

    Such a task may sort its questions, so that the order of its samples alone would change nothing.
    What is handed over twice comes in one order both times.
    """

    session: Session
    variation: Variation

    @property
    def identity(self) -> Identity:
        """The model's: how it is asked is no part of it."""
        return self.session.identity

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        """Answer all requests, each under the question as the task has put it.

        Raises:
            AdapterError: the model is gone.
        """
        put = {request.id: request for request in requests}
        seed = self.variation.generation_seed
        varied = [replace(each, payload=redrawn(each.payload, seed)) for each in requests]
        order = f"{self.variation.order_seed}/{len(varied)}"
        for exchange in self.session.respond(reordered(varied, order)):
            request = put.get(exchange.request.id, exchange.request)
            yield Exchange(request, exchange.answer)

    def close(self) -> None:
        """Close the model."""
        self.session.close()
