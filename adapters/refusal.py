"""The answer to a request that an adapter was never able to answer."""

from __future__ import annotations

from harness.core.request import Payload, capability_of
from harness.core.response import Failure, FailureKind


def refuse(adapter: str, payload: Payload) -> Failure:
    """Return the failure that says which capability the request needed.

    >>> from harness.core.request import Embed
    >>> refuse("echo", Embed(text="x")).message
    "echo: no model here that embeds, so Embed is refused; see the adapter's capabilities"
    """
    verb = capability_of(payload).value
    kind = type(payload).__name__
    return Failure(
        kind=FailureKind.REJECTED,
        message=f"{adapter}: no model here that {verb}, so {kind} is refused; "
        "see the adapter's capabilities",
    )
