"""Whether a model's rows may share what is computed for their common beginning: looked up, tried.

What a model's configuration says decides first. Then a handful of tokens goes through the model
both ways, for no configuration tells that a forward method ignores the mask or the positions that
it is given, or that a layer carries a state from each token to the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from harness.adapters.transformers import TransformersAdapter
from harness.adapters.transformers.attention_kinds import (
    UnshareableError,
    Windows,
    windows_of,
)
from harness.adapters.transformers.onnx_model import OnnxCausal
from harness.adapters.transformers.output_layer import wanted_logits
from harness.adapters.transformers.prefix_tree import Tokens, grow
from harness.adapters.transformers.quiet import quiet
from harness.adapters.transformers.tree_reading import TreeReader
from harness.adapters.transformers.variant import INT8_BY_BATCH

_TRIAL_SHAPES = ((0, 1, 2, 3), (0, 1, 4, 5, 6), (0, 1, 4, 7), (8, 9), (8, 3, 2))
_TRIAL_STRETCH = 4
# Mean difference of log-probabilities; rounding is the one thing that may differ. A wrong mask
# shows in the first digits.
_TOLERANCE = {torch.float32: 1e-3, torch.float64: 1e-3}
_TOLERANCE_OF_HALVES = 0.05


@dataclass(frozen=True, slots=True)
class Sharing:
    """Whether likelihoods are computed from a tree of all rows or row by row."""

    windows: Windows | None
    """Of the attention layers; None where rows share nothing."""
    reason: str = ""
    """Why rows share nothing."""
    alone: Windows | None = None
    """For a model that can be continued by masks and states only, though rows share nothing."""

    @property
    def continuing(self) -> Windows | None:
        """With which prompts are continued; None where the library's own loop does it."""
        return self.windows if self.windows is not None else self.alone

    @property
    def setting(self) -> str:
        """What the model's identity says about it."""
        return "prefix tree" if self.windows is not None else f"row by row ({self.reason})"


def find_sharing(model: Any, options: TransformersAdapter) -> Sharing:
    """Find out what a loaded model allows."""
    is_graph = isinstance(model, OnnxCausal)
    try:
        _check_options(options)
        # A graph was held against the model that it was made from when it was exported.
        return Sharing(windows_of(model) if is_graph else sharing_windows(model))
    except UnshareableError as error:
        return Sharing(None, str(error), windows_of(model) if is_graph else None)


def sharing_windows(model: Any) -> Windows:
    """Return the windows of a model whose rows may share their beginnings.

    Args:
        model: a causal language model of transformers.

    Raises:
        UnshareableError: with the reason.
    """
    windows = windows_of(model)
    try:
        with quiet():
            difference = _difference(model, windows)
    except Exception as error:  # other people's forward methods raise what they happen to meet
        # The message may name addresses, and an identity has to be the same every time.
        reason = f"the model cannot be given masks and states ({type(error).__name__})"
        raise UnshareableError(reason) from error
    # Written so that a difference that is no number counts as one that is too large.
    if not difference <= _TOLERANCE.get(model.dtype, _TOLERANCE_OF_HALVES):
        raise UnshareableError("tokens hidden by a mask change the model's answers")
    return windows


def _check_options(options: TransformersAdapter) -> None:
    if not options.share_prefixes:
        raise UnshareableError("share_prefixes is false")
    if options.task != "causal":
        raise UnshareableError(f"a {options.task} model does not read forward only")
    if options.variant in (INT8_BY_BATCH, "onnx-int8"):
        raise UnshareableError("one scale would serve a whole tree")


def _difference(model: Any, windows: Windows) -> float:
    """Compute a few rows one by one and as a tree, and return how far apart the results are."""
    n_tokens = model.get_input_embeddings().num_embeddings
    # Spread over the vocabulary, for its first tokens are special and much alike.
    rows = [tuple(n_tokens * (2 * each + 1) // 20 for each in shape) for shape in _TRIAL_SHAPES]
    alone = [_log_probabilities(model, row) for row in rows]
    tree = grow(rows, [range(len(row)) for row in rows])
    reader = TreeReader(model, windows, tree)
    tables = []
    while not reader.is_done:
        stop = min(reader.at + _TRIAL_STRETCH, tree.n_nodes)
        tables.append(reader.read(stop, np.arange(reader.at, stop)))
    table = torch.cat(tables).float().log_softmax(-1)
    differences = [
        (table[torch.from_numpy(place)] - one).abs().mean()
        for place, one in zip(tree.places, alone, strict=True)
    ]
    return float(torch.stack(differences).max())


def _log_probabilities(model: Any, row: Tokens) -> torch.Tensor:
    ids = torch.tensor([row], device=model.device)
    arguments = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "use_cache": False}
    lines = torch.arange(len(row), device=model.device)
    return wanted_logits(model, arguments, (1, len(row)), lines).float().log_softmax(-1)
