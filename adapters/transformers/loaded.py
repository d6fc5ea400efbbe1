"""A model in memory, with what the responders need to know about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.adapters.transformers.answering import RefusedError
from harness.adapters.transformers.encoding import TextEncoder
from harness.adapters.transformers.prefix_sharing import Sharing
from harness.core.identity import Identity
from harness.core.response import FailureKind


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedModel:
    """One model, ready to run."""

    model: Any
    """A ``PreTrainedModel`` in evaluation mode."""
    encoder: TextEncoder
    device: str
    window: int | None
    """Most tokens that fit; None where the architecture sets no limit."""
    identity: Identity
    sharing: Sharing
    """How likelihoods are computed."""

    @property
    def pad_id(self) -> int:
        """An id to fill up rows with; it is masked out and never read."""
        tokenizer = self.encoder.tokenizer
        for candidate in (tokenizer.pad_token_id, tokenizer.eos_token_id):
            if candidate is not None:
                return int(candidate)
        return 0

    def check_fits(self, n_tokens: int) -> None:
        """Refuse what is longer than the window.

        Raises:
            RefusedError: of kind ``too_long``.
        """
        if self.window is not None and n_tokens > self.window:
            raise RefusedError(
                f"{n_tokens} tokens do not fit into the window of {self.window}",
                FailureKind.TOO_LONG,
            )
