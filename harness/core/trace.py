"""When each thing about one timed request happened: raw, so that any latency can be told later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from harness.core.response import Failure

CONTENT, REASONING, TOOL_CALL, NOTHING = "c", "r", "t", "-"
"""The channels of a chunk, one letter each; ``-`` is a frame without a token (a role, usage)."""

Counter = Literal["usage", "ids", "nobody"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One request. All times are nanoseconds of one monotonic clock since its load began."""

    sent_ns: int
    """When it left; for a model in this process, when it was handed over."""
    ended_ns: int
    """When the answer was whole, or it was given up."""
    due_ns: int | None = None
    """When it should have left; None in a closed loop, where it leaves as soon as there is room."""
    header_ns: int | None = None
    """When the server's head of the answer came."""
    chunk_ns: tuple[int, ...] = ()
    """When each piece of the answer came, in order; empty where answers come whole."""
    chunk_channels: str = ""
    """One letter for each chunk."""
    chunk_tokens: tuple[int, ...] | None = None
    """Tokens in each chunk; None where nobody said, and a chunk is not taken for a token then."""
    prefill_ns: int | None = None
    """Time on the prompt as the device has it; None where only the outside was seen."""
    n_input_tokens: int | None = None
    n_output_tokens: int | None = None
    n_reasoning_tokens: int | None = None
    n_cached_tokens: int | None = None
    """Tokens of the prompt that the server had at hand; None where it does not say."""
    counted_by: Counter = "nobody"
    """Who counted the tokens: the server's ``usage``, the ``ids`` of a model in this process."""
    n_items: int = 1
    """Texts in it: more than one in a batch of a classifier or encoder."""
    finish_reason: str = ""
    failure: Failure | None = None
    """Why there is no answer; its times count in no latency, and it is never good."""

    @property
    def token_ns(self) -> tuple[int, ...]:
        """When each chunk came that bears a token of any channel."""
        pairs = zip(self.chunk_ns, self.chunk_channels, strict=True)
        return tuple(at for at, channel in pairs if channel != NOTHING)
