"""Whether a trace took no chunk for a token, and tells channels, counts and refusals rightly."""

from __future__ import annotations

from collections.abc import Iterator

from harness.core.latency import itl, tpot
from harness.core.response import FailureKind
from harness.core.trace import Trace
from harness.selftest.mock_script import MockScript


def wrongly_told(script: MockScript, told: Trace, true: Trace | None) -> Iterator[str]:
    """Yield a sentence for each thing that differs; nothing where all is as it was.

    Args:
        script: how the server was to answer.
        told: the client's trace.
        true: the server's; None where it refused.
    """
    if true is None:
        if told.failure is None or told.failure.kind is not FailureKind.RATE_LIMITED:
            yield "a refusal was not told as one"
        return
    if told.failure is not None:
        yield f"an answered request was told to have failed: {told.failure.message}"
        return
    if told.chunk_channels != true.chunk_channels:
        yield f"channels {told.chunk_channels} were told to be those of {true.chunk_channels}"
    yield from _wrong_counts(script, told, true)


def _wrong_counts(script: MockScript, told: Trace, true: Trace) -> Iterator[str]:
    tells_chunks = script.counts != "none"
    tells_total = script.tells_tokens
    if told.chunk_tokens != (true.chunk_tokens if tells_chunks else None):
        yield f"the tokens of chunks were told to be {told.chunk_tokens}"
    if told.n_output_tokens != (true.n_output_tokens if tells_total else None):
        yield f"{told.n_output_tokens} tokens were told, not {true.n_output_tokens}"
    if (tpot(told) is None) == tells_total:
        yield "the time per token is known where it cannot be, or not where it is"
    if (itl(told) is None) == tells_chunks:
        yield "gaps between tokens are known where they cannot be, or not where they are"
    if script.usage and told.n_input_tokens != true.n_input_tokens:
        yield f"{told.n_input_tokens} tokens of the prompt were told, not {true.n_input_tokens}"
    if script.cache and told.n_cached_tokens != true.n_cached_tokens:
        yield f"{told.n_cached_tokens} cached tokens were told, not {true.n_cached_tokens}"
