"""What the mock server plays: when each token is ready, and in which frames tokens travel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from math import isfinite
from typing import Any, Literal, get_args

from harness.core.errors import ConfigError
from harness.core.trace import CONTENT, REASONING, TOOL_CALL

Counts = Literal["none", "usage", "logprobs", "token_ids"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MockScript:
    """One way to answer. Token i is ready ``ttft_s`` + i · ``tpot_s`` after the request came."""

    ttft_s: float = 0.05
    """Seconds from the request to its first token."""
    tpot_s: float = 0.02
    """Seconds from one token to the next."""
    slowdown: float = 1.0
    """All times are multiplied by it; 1.05 is a model that became 5 % slower."""
    tokens_per_chunk: int = 1
    """A chunk leaves when its first token is ready, and holds the next ones already."""
    chunks_per_write: int = 1
    """Frames that travel in one packet, which leaves when the first of them is due."""
    counts: Counts = "none"
    """How a frame tells its tokens, if it does."""
    role_frame: bool = True
    """Whether a frame without any token comes first, at half of ``ttft_s``."""
    reasoning_tokens: int = 0
    """The first tokens are reasoning."""
    tool_call: bool = False
    """The answer is the arguments of a call."""
    stall_s: float = 0.0
    """All tokens from ``stall_after`` on come that many seconds later."""
    stall_after: int = 0
    """The first token, counted from 0, that a stall holds up."""
    usage: bool = True
    """Whether the last frame counts the tokens, where the request asks for that."""
    cache: bool = False
    """Whether it tells how much of the prompt an earlier one began with."""
    refuse_every: int = 0
    """Every so many requests one is refused with status 429; 0 for none."""

    def __post_init__(self) -> None:
        """Refuse what cannot be played.

        Raises:
            ConfigError: a negative time or number, a chunk or packet that holds nothing, or no way
                to count.
        """
        if self.counts not in get_args(Counts):
            ways = ", ".join(get_args(Counts))
            raise ConfigError("mock.counts", f"{self.counts!r} is no way to count", f"take {ways}")
        if min(self.reasoning_tokens, self.stall_after, self.refuse_every) < 0:
            raise ConfigError("mock", "a number is negative", "write 0 or more")
        times = (self.ttft_s, self.tpot_s, self.stall_s, self.slowdown)
        if not all(map(isfinite, times)) or min(times) < 0 or not self.slowdown:
            reason = "a time is negative, or no number"
            raise ConfigError("mock", reason, "write seconds, such as ttft_s = 0.05")
        if min(self.tokens_per_chunk, self.chunks_per_write) < 1:
            raise ConfigError("mock", "a chunk or packet holds nothing", "write 1 or more")

    @property
    def tells_tokens(self) -> bool:
        """Whether anything tells how many tokens an answer has."""
        return self.usage or self.counts != "none"

    def with_changes(self, changes: dict[str, Any]) -> MockScript:
        """Return the script with some fields replaced.

        Raises:
            ConfigError: there is no such field, or its value has another type.
        """
        known = {field.name for field in fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise ConfigError(
                    f"mock.{name}",
                    "is no setting",
                    "see python -m harness.selftest.mock_server --help",
                )
            if not _fits(getattr(self, name), value):
                raise ConfigError(
                    f"mock.{name}", f"{value!r} has the wrong type", "see its default"
                )
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class Piece:
    """The tokens of one frame."""

    at_s: float
    """When it leaves, since the request came."""
    channel: str
    n_tokens: int
    n_before: int
    """Tokens of all frames before."""


def pieces(script: MockScript, n_tokens: int) -> Iterator[Piece]:
    """Yield the frames that hold tokens, in order; none holds tokens of two channels.

    >>> [piece.at_s for piece in pieces(MockScript(ttft_s=1, tpot_s=0.5, tokens_per_chunk=2), 5)]
    [1.0, 2.0, 3.0]
    """
    answer = TOOL_CALL if script.tool_call else CONTENT
    n_sent = 0
    while n_sent < n_tokens:
        is_reasoning = n_sent < script.reasoning_tokens
        end = min(n_tokens, script.reasoning_tokens) if is_reasoning else n_tokens
        n_now = min(script.tokens_per_chunk, end - n_sent)
        channel = REASONING if is_reasoning else answer
        yield Piece(ready_s(script, n_sent), channel, n_now, n_sent)
        n_sent += n_now


def ready_s(script: MockScript, place: int) -> float:
    """Return when a token is ready, in seconds since the request came.

    >>> ready_s(MockScript(ttft_s=1, tpot_s=0.5, slowdown=2, stall_s=3, stall_after=1), 1)
    9.0
    """
    stall_s = script.stall_s if script.stall_s and place >= script.stall_after else 0.0
    return script.slowdown * (script.ttft_s + place * script.tpot_s + stall_s)


def _fits(default: object, value: object) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, float):
        return isinstance(value, int | float)
    return isinstance(value, type(default))
