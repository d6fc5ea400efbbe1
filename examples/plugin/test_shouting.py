"""What the author of an adapter tests: that it keeps every adapter's promises."""

from __future__ import annotations

from shouting.adapter import ShoutAdapter

from harness.conformance import check_adapter


def test_it_keeps_the_promises() -> None:
    """The kit opens the adapter twice, asks a few questions and says what is broken."""
    check_adapter(ShoutAdapter(marks=2))
