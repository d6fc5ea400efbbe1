"""Latencies of one request, each told from its raw trace by one formula.

The names are ids of quantities, and mean exactly what is written here: elsewhere the same words
stand for other things ("ITL" alone for four). Times are in seconds. ``None`` means that the trace
does not tell; it is never 0, and no request that failed has any latency.

A chunk is one frame of a stream, and holds any number of tokens; what counts tokens takes their
number from whoever counted them, never from the number of chunks.
"""

from __future__ import annotations

from itertools import pairwise

from harness.core.trace import CONTENT, NOTHING, TOOL_CALL, Trace

_NS_PER_S = 1e9


def ttfc(trace: Trace) -> float | None:
    """Return the time to the first chunk: the first frame of data, even if it holds no token.

    >>> ttfc(Trace(sent_ns=0, ended_ns=90, chunk_ns=(10, 50, 90), chunk_channels="-cc"))
    1e-08
    """
    if not _has_answer(trace) or not trace.chunk_ns:
        return None
    return _seconds(trace.chunk_ns[0] - trace.sent_ns)


def ttft(trace: Trace) -> float | None:
    """Return the time to the first token of any channel: answer, reasoning or tool call.

    >>> ttft(Trace(sent_ns=0, ended_ns=90, chunk_ns=(10, 50, 90), chunk_channels="-rc"))
    5e-08
    """
    if not _has_answer(trace) or not trace.token_ns:
        return None
    return _seconds(trace.token_ns[0] - trace.sent_ns)


def ttfa(trace: Trace) -> float | None:
    """Return the time to the first token of the answer itself, after all reasoning.

    >>> ttfa(Trace(sent_ns=0, ended_ns=90, chunk_ns=(10, 50, 90), chunk_channels="-rc"))
    9e-08
    """
    if not _has_answer(trace):
        return None
    pairs = zip(trace.chunk_ns, trace.chunk_channels, strict=True)
    answered = (at for at, channel in pairs if channel in {CONTENT, TOOL_CALL})
    first = next(answered, None)
    return None if first is None else _seconds(first - trace.sent_ns)


def e2e(trace: Trace) -> float | None:
    """Return the time to the last token, or to the whole answer where it comes in one piece.

    A frame of usage after the last token is no part of it.

    >>> e2e(Trace(sent_ns=0, ended_ns=99, chunk_ns=(10, 50, 90), chunk_channels="-c-"))
    5e-08
    >>> e2e(Trace(sent_ns=0, ended_ns=99))
    9.9e-08
    """
    last = _last_ns(trace)
    return None if last is None else _seconds(last - trace.sent_ns)


def e2e_sched(trace: Trace) -> float | None:
    """Return the response time: as ``e2e``, but since the request was *due*.

    What a request waits because the sender is behind is time that a user waits. None in a closed
    loop, where nothing is due.

    >>> e2e_sched(Trace(due_ns=10, sent_ns=30, ended_ns=99))
    8.9e-08
    """
    last = _last_ns(trace)
    return None if last is None or trace.due_ns is None else _seconds(last - trace.due_ns)


def lag(trace: Trace) -> float | None:
    """Return how late the request was sent; known of failed requests as well.

    >>> lag(Trace(due_ns=10, sent_ns=30, ended_ns=99))
    2e-08
    """
    return None if trace.due_ns is None else _seconds(trace.sent_ns - trace.due_ns)


def tpot(trace: Trace) -> float | None:
    """Return the mean time per output token after the first: (e2e - ttft) / (n_out - 1).

    None below two tokens, and where all of them came in one chunk, whose time says nothing.

    >>> tpot(Trace(sent_ns=0, ended_ns=90, chunk_ns=(50, 90), chunk_channels="cc",
    ...            n_output_tokens=5))
    1e-08
    """
    times = trace.token_ns
    n_tokens = trace.n_output_tokens
    if not _has_answer(trace) or n_tokens is None or min(n_tokens, len(times)) < 2:  # noqa: PLR2004 - one gap has two ends
        return None
    return _seconds(times[-1] - times[0]) / (n_tokens - 1)


def ntpot(trace: Trace) -> float | None:
    """Return the normalised latency: e2e / n_out; the one figure per token of unstreamed answers.

    >>> ntpot(Trace(sent_ns=0, ended_ns=90, n_output_tokens=9))
    1e-08
    """
    whole = e2e(trace)
    return whole / trace.n_output_tokens if whole is not None and trace.n_output_tokens else None


def icl(trace: Trace) -> tuple[float, ...] | None:
    """Return the inter-chunk latencies: the gaps between chunks that hold tokens, in order.

    >>> icl(Trace(sent_ns=0, ended_ns=90, chunk_ns=(10, 50, 90), chunk_channels="-cc"))
    (4e-08,)
    """
    times = trace.token_ns
    if not _has_answer(trace) or not times:
        return None
    return tuple(_seconds(after - before) for before, after in pairwise(times))


def itl(trace: Trace) -> tuple[float, ...] | None:
    """Return the inter-token latencies: each chunk's gap shared out among its tokens.

    A chunk of k tokens gives gap / k, k times; the tokens that come along with the first one give
    0. Together they are n - 1 of n tokens, and sum to e2e - ttft. A chunk said to hold no whole
    token adds its gap to the next one's. None unless the tokens of each chunk are known.

    >>> itl(Trace(sent_ns=0, ended_ns=90, chunk_ns=(10, 50, 90), chunk_channels="-cc",
    ...           chunk_tokens=(0, 2, 4)))
    (0.0, 1e-08, 1e-08, 1e-08, 1e-08)
    """
    if not _has_answer(trace) or trace.chunk_tokens is None or not trace.token_ns:
        return None
    columns = zip(trace.chunk_ns, trace.chunk_channels, trace.chunk_tokens, strict=True)
    counted = [(at, k) for at, channel, k in columns if channel != NOTHING and k > 0]
    if not counted:
        return None
    gaps = [0.0] * (counted[0][1] - 1)
    for (before, _), (at, k) in pairwise(counted):
        gaps += [_seconds(at - before) / k] * k
    return tuple(gaps)


def stall_max(trace: Trace) -> float | None:
    """Return the worst gap between two chunks of the request.

    >>> stall_max(Trace(sent_ns=0, ended_ns=90, chunk_ns=(10, 20, 90), chunk_channels="ccc"))
    7e-08
    """
    gaps = icl(trace)
    return max(gaps) if gaps else None


def prefill_tps(trace: Trace) -> float | None:
    """Return the prompt's tokens that were worked on, per second.

    By the device's own time where it is known; else by ``ttft``, which holds queue and network
    too, so that the rate is a lower bound. Tokens that the server had at hand are left out.

    >>> prefill_tps(Trace(sent_ns=0, ended_ns=9, prefill_ns=500_000_000, n_input_tokens=64,
    ...                   n_cached_tokens=14))
    100.0
    """
    if not _has_answer(trace) or trace.n_input_tokens is None:
        return None
    time_s = ttft(trace) if trace.prefill_ns is None else _seconds(trace.prefill_ns)
    n_tokens = trace.n_input_tokens - (trace.n_cached_tokens or 0)
    return n_tokens / time_s if time_s else None


def decode_tps_user(trace: Trace) -> float | None:
    """Return the tokens per second that one reader sees after the first: 1 / tpot.

    >>> decode_tps_user(Trace(sent_ns=0, ended_ns=90, chunk_ns=(0, 500_000_000),
    ...                       chunk_channels="cc", n_output_tokens=3))
    4.0
    """
    step = tpot(trace)
    return 1 / step if step else None


def _has_answer(trace: Trace) -> bool:
    return trace.failure is None


def _last_ns(trace: Trace) -> int | None:
    if not _has_answer(trace):
        return None
    if not trace.chunk_ns:
        return trace.ended_ns
    return trace.token_ns[-1] if trace.token_ns else None


def _seconds(duration_ns: int) -> float:
    return duration_ns / _NS_PER_S
