"""The ways in which a stream may mislead a clock; each is played by the mock server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from harness.selftest.mock_frames import Api
from harness.selftest.mock_script import MockScript


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """One way to answer."""

    name: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    """What differs from an answer of one token per frame, after a frame with the role alone."""
    api: Api = "chat"
    prefix: str = ""
    """What all of its prompts begin with."""

    @property
    def script(self) -> MockScript:
        """The whole script."""
        return MockScript(ttft_s=0.06, tpot_s=0.01).with_changes(dict(self.changes))

    @property
    def extra(self) -> dict[str, Any]:
        """The fields that make the server play it."""
        return {"mock": asdict(self.script)}


MODES = (
    Mode(name="role frame first"),
    Mode(name="no role frame", changes={"role_frame": False}),
    Mode(name="completions API", api="completions"),
    Mode(name="4 a chunk", changes={"tokens_per_chunk": 4}),
    Mode(name="4 a chunk, usage", changes={"tokens_per_chunk": 4, "counts": "usage"}),
    Mode(name="4 a chunk, logp.", changes={"tokens_per_chunk": 4, "counts": "logprobs"}),
    Mode(name="4 a chunk, ids", changes={"tokens_per_chunk": 4, "counts": "token_ids"}),
    Mode(name="4 a packet", changes={"chunks_per_write": 4}),
    Mode(name="reasoning first", changes={"reasoning_tokens": 6}),
    Mode(name="tool call", changes={"tool_call": True}),
    Mode(name="stall of 100 ms", changes={"stall_s": 0.1, "stall_after": 8}),
    Mode(name="every 4th refused", changes={"refuse_every": 4}),
    Mode(name="no usage", changes={"usage": False}),
    Mode(name="no usage, 4 each", changes={"usage": False, "tokens_per_chunk": 4}),
    Mode(name="5 % slower", changes={"slowdown": 1.05}),
    Mode(name="prefix cache", changes={"cache": True}, prefix="word " * 32),
)
