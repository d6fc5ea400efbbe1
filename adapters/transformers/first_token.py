"""Leaves out of an encoder's last layer what a classifier's head does not read."""

from __future__ import annotations

from typing import Any

import torch

_ROWS, _TOKENS = 4, 7
_TOLERANCE = 100 * torch.finfo(torch.float32).eps
"""Of the largest logit: some times what another order of additions does."""


def read_first_token_alone(model: Any) -> bool:
    """Compute the last layer for the first token alone, where the head reads no other.

    The heads of BERT and its kin (RoBERTa, ELECTRA, DeBERTa) read the vector of the first token.
    What the last layer makes of the others behind its attention is thrown away: three quarters of
    its matrix products, an eighth of all those of six layers. Whether a head is such a one is not
    guessed from its name: both ways are tried on a few texts, and where the logits differ all
    stays as it was. So it does in less than float32, where rounding would hide a difference.

    Args:
        model: a sequence classifier in evaluation mode; changed in place.

    Returns:
        Whether the model now computes less.
    """
    layer = None if _is_sparse(model) else _last_output(model)
    if layer is None or model.dtype != torch.float32:
        return False
    hook = None
    try:
        before = _logits(model)
        hook = layer.register_forward_pre_hook(_first)
        if _is_same(before, _logits(model)):
            return True
    except (RuntimeError, IndexError, ValueError, TypeError, AttributeError):
        pass  # the head asks for other tokens, the window is shorter, or there is no vocabulary
    if hook is not None:
        hook.remove()
    return False


def _is_sparse(model: Any) -> bool:
    """Tell whether attention depends on a text's length: a trial on short texts tells nothing then.

    BigBird even keeps to dense attention for good once it has read a short text.
    """
    return any(hasattr(model.config, name) for name in ("attention_type", "attention_window"))


def _last_output(model: Any) -> Any:
    """Return the module of the last layer that adds its input to what its attention found."""
    n_layers = getattr(model.config, "num_hidden_layers", 0)
    name = f"{model.base_model_prefix}.encoder.layer.{n_layers - 1}.attention.output"
    try:
        return model.get_submodule(name)
    except AttributeError:
        return None


def _first(_: Any, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(each[:, :1] for each in arguments)


def _logits(model: Any) -> torch.Tensor:
    """Return what the model says of a few rows of unequal length, (rows, labels)."""
    ids = torch.arange(_ROWS * _TOKENS).reshape(_ROWS, _TOKENS) * 97 % model.config.vocab_size
    mask = torch.ones_like(ids)
    mask[1::2, _TOKENS // 2 :] = 0
    with torch.inference_mode():
        logits: torch.Tensor = model(
            input_ids=ids.to(model.device), attention_mask=mask.to(model.device)
        ).logits
    return logits


def _is_same(before: torch.Tensor, after: torch.Tensor) -> bool:
    if before.shape != after.shape:
        return False
    largest_change = (after - before).abs().max().item()
    return bool(largest_change <= _TOLERANCE * before.abs().max().item())
