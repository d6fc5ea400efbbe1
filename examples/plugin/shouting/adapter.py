"""``shout``: a model that answers with the question in capitals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.core.capability import Capability
from harness.core.identity import Identity
from harness.core.request import Generate, Request, text_of
from harness.core.response import Exchange, Failure, FailureKind, Generation, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class ShoutAdapter:
    """Answers in capitals. Its fields are the options that a spec may set."""

    marks: int = 1
    """Exclamation marks after each answer."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What the model can do, told from the options alone."""
        return frozenset({Capability.GENERATES})

    def open(self) -> ShoutSession:
        """Load the model: this is the place to read weights or to connect."""
        return ShoutSession(self.marks)


class ShoutSession:
    """The loaded model."""

    def __init__(self, marks: int) -> None:
        self._marks = marks
        self.identity = Identity({"weights": "none (shout)", "settings": f"marks:{marks}"})

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        """Answer each request once; what cannot be answered is a Failure, not an exception."""
        for request in requests:
            if isinstance(request.payload, Generate):
                text = text_of(request.payload).upper() + "!" * self._marks
                output = Generation(text=text, finish_reason="stop")
                yield Exchange(request, Response(output=output))
            else:
                reason = f"shout cannot answer a {type(request.payload).__name__}"
                yield Exchange(request, Failure(kind=FailureKind.REJECTED, message=reason))

    def close(self) -> None:
        """Give back what was taken; safe to call twice."""
