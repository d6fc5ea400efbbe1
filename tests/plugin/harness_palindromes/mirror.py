"""A model that writes its prompt backwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.core.capability import Capability
from harness.core.identity import Identity
from harness.core.request import Generate, Request, text_of
from harness.core.response import Exchange, Failure, FailureKind, Generation, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorAdapter:
    """Writes the prompt backwards."""

    upper: bool = False
    """Shout it."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Generating."""
        return frozenset({Capability.GENERATES})

    def open(self) -> MirrorSession:
        """Return the session; there is nothing to load."""
        return MirrorSession(upper=self.upper)


class MirrorSession:
    """Answers in the order asked."""

    def __init__(self, *, upper: bool) -> None:
        self.identity = Identity({"weights": "none", "upper": str(upper)})
        self._upper = upper

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        """Yield one exchange per request."""
        for request in requests:
            if not isinstance(request.payload, Generate):
                refusal = Failure(kind=FailureKind.REJECTED, message="mirror only generates")
                yield Exchange(request, refusal)
                continue
            text = text_of(request.payload)[::-1]
            text = text.upper() if self._upper else text
            yield Exchange(request, Response(output=Generation(text=text, finish_reason="stop")))

    def close(self) -> None:
        """Do nothing."""
