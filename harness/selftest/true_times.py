"""What the mock server's own record comes to, without any formula of the tool under test."""

from __future__ import annotations

from harness.core.trace import NOTHING, Trace


def true_ttft(true: Trace) -> float | None:
    """Return the seconds until the first frame with a token left; None where none did."""
    at_ns = _with_tokens(true)
    return (at_ns[0] - true.sent_ns) / 1e9 if at_ns else None


def true_tpot(true: Trace) -> float | None:
    """Return the seconds between the first and the last such frame for each token but one."""
    at_ns, n_tokens = _with_tokens(true), sum(true.chunk_tokens or ())
    return (at_ns[-1] - at_ns[0]) / 1e9 / (n_tokens - 1) if n_tokens > 1 else None


def _with_tokens(true: Trace) -> list[int]:
    pairs = zip(true.chunk_ns, true.chunk_channels, strict=True)
    return [at_ns for at_ns, channel in pairs if channel != NOTHING]
