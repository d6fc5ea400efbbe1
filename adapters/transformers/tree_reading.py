"""A prefix tree through the model: stretch after stretch, each token computed once.

A stretch is any run of nodes in depth-first order, read as one row without padding. Each token
sees the tokens on its own way from the root and no others: a mask and explicit positions say so.
Between stretches only the keys and values on the way to the next node are kept, which are at most
as many as the longest row has tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from transformers import DynamicCache

from harness.adapters.transformers.attention_kinds import Windows
from harness.adapters.transformers.output_layer import wanted_logits
from harness.adapters.transformers.prefix_tree import Integers, PrefixTree

States = tuple[torch.Tensor, torch.Tensor]
"""Keys and values of one layer: (1, heads, tokens, size)."""
WayStates = list[States]
"""By layer, those of the tokens on the way to a node, itself included."""

_LEAST_STRETCH = 256
_LEAST_STRETCH_OF_ACCELERATORS = 2048


def stretch_length(model: Any) -> int:
    """Return how many tokens are best read at once, memory left aside.

    Within a stretch each token meets all others in attention, its own or not, and the mask only
    hides them afterwards. In a stretch two thirds as long as the model is wide that is about a
    tenth of the work; a shorter one leaves the processor's threads without work.
    """
    width = getattr(model.config.get_text_config(), "hidden_size", 0)
    on_cpu = model.device.type == "cpu"
    return max(_LEAST_STRETCH if on_cpu else _LEAST_STRETCH_OF_ACCELERATORS, 2 * width // 3)


class TreeReader:
    """Reads a tree from its first node to its last.

    Args:
        model: a causal language model of transformers.
        windows: of its attention layers.
        tree: of at least one node.
    """

    def __init__(self, model: Any, windows: Windows, tree: PrefixTree) -> None:
        self._model = model
        self._windows = windows
        self._tokens = self._on_device(tree.tokens)
        self._depths = self._on_device(tree.depths)
        self._ends = self._on_device(tree.ends)
        self._way = self._tokens[:0]
        self._states: WayStates = []
        self.at = 0
        """The node to be read next."""

    @property
    def is_done(self) -> bool:
        """Whether all nodes are read."""
        return self.at == len(self._tokens)

    def read(self, stop: int, wanted: Integers) -> torch.Tensor:
        """Read on, and return the logits at some of the nodes read: (wanted, vocabulary).

        Nothing changes when this raises: a shorter stretch may be tried.

        Args:
            stop: the node to stop before.
            wanted: nodes of this stretch; none is answered with one line that means nothing.
        """
        return self._run(stop, wanted, [])[0]

    def read_rows(self, stop: int, lasts: Integers) -> tuple[torch.Tensor, list[WayStates]]:
        """Read on; return the logits at some of the nodes read, and the states on the way to each.

        Args:
            stop: the node to stop before.
            lasts: nodes of this stretch, at which rows end.
        """
        logits, ways = self._run(stop, lasts, lasts.tolist())
        return logits[: len(lasts)], ways

    def _run(
        self, stop: int, wanted: Integers, lasts: Sequence[int]
    ) -> tuple[torch.Tensor, list[WayStates]]:
        new = torch.arange(self.at, stop, device=self._tokens.device)
        seen = torch.cat([self._way, new])
        kept = (self._ends[seen] > stop).nonzero().squeeze(-1)
        ways = [
            ((seen <= last) & (self._ends[seen] > last)).nonzero().squeeze(-1) for last in lasts
        ]
        cache = _WayCache(self._states, len(self._way), [kept, *ways])
        arguments = {
            "input_ids": self._tokens[None, new],
            "attention_mask": self._masks(new, seen),
            "position_ids": self._depths[None, new],
            "past_key_values": cache,
            "use_cache": True,
        }
        # An output layer fed with nothing is more than some kernels bear.
        lines = self._on_device(wanted) - self.at if len(wanted) else new[:1] - self.at
        logits = wanted_logits(self._model, arguments, (1, len(new)), lines)
        self._way, self._states, self.at = seen[kept], cache.taken[0], stop
        return logits, cache.taken[1:]

    def skip(self) -> int:
        """Leave out the next node with all its descendants; return the node after them."""
        self.at = int(self._ends[self.at])
        kept = (self._ends[self._way] > self.at).nonzero().squeeze(-1)
        self._way = self._way[kept]
        self._states = [_selected(*states, kept) for states in self._states]
        return self.at

    def _masks(self, new: torch.Tensor, seen: torch.Tensor) -> Any:
        behind = self._depths[new][:, None] - self._depths[seen]
        is_on_the_way = (seen <= new[:, None]) & (new[:, None] < self._ends[seen])
        masks = {
            kind: self._additive(
                is_on_the_way if window is None else is_on_the_way & (behind < window)
            )
            for kind, window in self._windows.items()
        }
        # A model whose layers are all of one kind knows no names for them.
        return masks if len(masks) > 1 else next(iter(masks.values()))

    def _additive(self, is_seen: torch.Tensor) -> torch.Tensor:
        dtype = self._model.dtype
        mask = torch.zeros(is_seen.shape, dtype=dtype, device=is_seen.device)
        return mask.masked_fill_(~is_seen, torch.finfo(dtype).min)[None, None]

    def _on_device(self, values: Integers) -> torch.Tensor:
        return torch.from_numpy(values).to(self._model.device)


class _WayCache(DynamicCache):  # type: ignore[misc] # transformers is untyped here
    """Puts the states of the way before those of a stretch, and takes what is needed of both.

    The library's cache would hold on to all of them, in every layer, until the end of the pass.
    """

    def __init__(self, states: WayStates, n_before: int, ways: Sequence[torch.Tensor]) -> None:
        super().__init__()
        self._before = states
        self._n_before = n_before
        self._ways = ways
        self.taken: list[WayStates] = [[] for _ in ways]
        """By way and layer, once the model has run."""

    def update(
        self,
        key_states: torch.Tensor,
        value_states: torch.Tensor,
        layer_idx: int,
        *_: Any,
        **__: Any,
    ) -> States:
        """Return the keys and values that a layer attends to."""
        if layer_idx != len(self.taken[0]):
            raise NotImplementedError("layers come out of order, or share their states")
        if self._n_before:
            keys, values = self._before[layer_idx]
            key_states = torch.cat([keys, key_states], dim=-2)
            value_states = torch.cat([values, value_states], dim=-2)
        for way, taken in zip(self._ways, self.taken, strict=True):
            taken.append(_selected(key_states, value_states, way))
        return key_states, value_states

    def before(self) -> WayStates:
        """Return the states of the way, by layer."""
        return self._before if self._n_before else []

    def get_seq_length(self, layer_idx: int = 0) -> int:  # noqa: ARG002 - all layers hold equally many
        """Return the number of tokens on the way to the stretch."""
        return self._n_before


def _selected(keys: torch.Tensor, values: torch.Tensor, places: torch.Tensor) -> States:
    return keys.index_select(-2, places), values.index_select(-2, places)
