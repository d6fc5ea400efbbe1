"""How many tokens a model can take at once."""

from __future__ import annotations

from typing import Any

from torch import nn

from harness.core.errors import ConfigError

# Tokenizers without a limit carry a number of some thirty digits.
_NO_LIMIT = 10**9


def window_of(model: Any, tokenizer: Any, max_length: int | None) -> int | None:
    """Return the window in tokens, or None where neither model nor option sets one.

    Raises:
        ConfigError: the option is longer than the model's own.
    """
    own = _positions(model)
    # A decoder's tokenizer often states the length of its training texts; an encoder's states the
    # limit (for RoBERTa, the one that config.json has two too many of).
    if own is None or not model.can_generate():
        stated = tokenizer.model_max_length
        limits = [limit for limit in (own, stated) if limit is not None and limit < _NO_LIMIT]
        own = min(limits, default=None)
    if max_length is not None and own is not None and max_length > own:
        raise ConfigError(
            f"max_length = {max_length}", f"the model's window is {own}", f"write at most {own}"
        )
    return max_length or own


def _positions(model: Any) -> int | None:
    stated = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    if not isinstance(stated, int) or stated <= 0:
        return None
    # RoBERTa and its kin count positions from behind the padding index.
    offsets = [
        layer.padding_idx + 1
        for name, layer in model.named_modules()
        if "position" in name and isinstance(layer, nn.Embedding) and layer.padding_idx is not None
    ]
    return stated - max(offsets, default=0)
