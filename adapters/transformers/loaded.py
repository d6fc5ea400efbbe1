"""A model in memory, with what the responders need to know about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.adapters.transformers.answering import RefusedError
from harness.adapters.transformers.encoding import TextEncoder
from harness.adapters.transformers.prefix_sharing import Sharing
from harness.core.identity import Identity
from harness.core.response import FailureKind

Tokens = tuple[int, ...]


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
    is_cut_left: bool = False
    """Prompts longer than the window lose their beginning; otherwise they are refused."""

    @property
    def pad_id(self) -> int:
        """An id to fill up rows with; it is masked out and never read."""
        tokenizer = self.encoder.tokenizer
        for candidate in (tokenizer.pad_token_id, tokenizer.eos_token_id):
            if candidate is not None:
                return int(candidate)
        return 0

    def fitted(self, prompt: Tokens, n_more: int) -> Tokens:
        """Return as much of a prompt's end as leaves room for ``n_more`` tokens, if it may be cut.

        Raises:
            RefusedError: of kind ``too_long``; not one token of the prompt would be left.
        """
        if self.window is None or not self.is_cut_left:
            return prompt
        if n_more >= self.window:
            raise RefusedError(
                f"{n_more} tokens leave no room for a prompt in the window of {self.window}",
                FailureKind.TOO_LONG,
            )
        return prompt[n_more - self.window :]

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
