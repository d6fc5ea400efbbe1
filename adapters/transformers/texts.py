"""Rows for models that read one whole text: classifiers and encoders."""

from __future__ import annotations

from dataclasses import dataclass

from harness.adapters.transformers.loaded import LoadedModel

Tokens = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TextRow:
    """One line of a batch."""

    tokens: Tokens

    @property
    def n_tokens(self) -> int:
        """Tokens read."""
        return len(self.tokens)


def text_row(loaded: LoadedModel, text: str, *, is_cut: bool) -> TextRow:
    """Tokenise a text, with its special tokens around it.

    Raises:
        RefusedError: longer than the window, and not to be cut.
    """
    encoder = loaded.encoder
    tokens = encoder.plain(text)
    n_special = len(encoder.prefix) + len(encoder.suffix)
    if is_cut and loaded.window is not None:
        tokens = tokens[: max(0, loaded.window - n_special)]
    loaded.check_fits(len(tokens) + n_special)
    return TextRow(encoder.wrap(tokens))
