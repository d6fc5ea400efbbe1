"""Prompts to be continued, read one after another: what they share with the last only once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from harness.adapters.transformers.attention_kinds import Windows
from harness.adapters.transformers.prefix_tree import Tokens, grow_in_order
from harness.adapters.transformers.tree_reading import TreeReader, WayStates


class PromptReader:
    """Reads prompts in the order given, as many at a time as are asked for.

    Args:
        model: a causal language model of transformers.
        windows: of its attention layers.
        prompts: at least one token each; those that share much should follow each other.
        n_at_once: most tokens in one pass.
    """

    def __init__(
        self, model: Any, windows: Windows, prompts: Sequence[Tokens], n_at_once: int
    ) -> None:
        tree = grow_in_order(prompts)
        self._lasts = np.array([place[-1] for place in tree.places], dtype=np.int64)
        self._reader = TreeReader(model, windows, tree)
        self._n_at_once = n_at_once
        self._n_read = 0

    def read(self, n: int) -> tuple[torch.Tensor, list[WayStates]]:
        """Return, for the next prompts, what follows them, and what the model remembers of each.

        Nothing may be read after this raised.

        Args:
            n: how many prompts, from 1 to those that are left.

        Returns:
            Logits, (n, vocabulary), and states.
        """
        lasts = self._lasts[self._n_read : self._n_read + n]
        logits: list[torch.Tensor] = []
        ways: list[WayStates] = []
        while self._reader.at <= lasts[-1]:
            stop = min(self._reader.at + self._n_at_once, int(lasts[-1]) + 1)
            here = lasts[slice(*np.searchsorted(lasts, [self._reader.at, stop]))]
            some_logits, some_ways = self._reader.read_rows(stop, here)
            logits.append(some_logits)
            ways += some_ways
        self._n_read += n
        return torch.cat(logits), ways
