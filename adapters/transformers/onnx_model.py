"""A model whose computing is ONNX Runtime's, and whose manners are those of transformers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch

from harness.adapters.transformers.onnx_session import run, started

States = tuple[torch.Tensor, torch.Tensor]
"""Keys and values of one layer: (rows, heads, places, size)."""


class PastStates(Protocol):
    """A cache that hands out what it holds before the model runs, and takes what comes after."""

    def before(self) -> list[States]:
        """Return the states of each layer; none where nothing was read yet."""
        ...

    def update(self, key_states: torch.Tensor, value_states: torch.Tensor, layer_idx: int) -> Any:
        """Add a layer's new states."""
        ...


@dataclass(frozen=True, slots=True)
class OnnxOutput:
    """What came out of a graph, under the names that transformers gives to it."""

    logits: torch.Tensor | None = None
    last_hidden_state: torch.Tensor | None = None


class OnnxModel(torch.nn.Module):  # type: ignore[misc] # torch's types are not followed
    """Reads whole rows: a classifier, a masked model or an encoder.

    Args:
        file: the graph.
        outline: the same model of transformers, without weights; it knows its configuration.
        weight_format: ``float32`` or ``int8``: that of the matrices.
        export_s: seconds that went into the file while it was opened; 0 where it was there.
    """

    dtype = torch.float32
    device = torch.device("cpu")

    def __init__(self, file: Path, outline: Any, weight_format: str, export_s: float) -> None:
        super().__init__()
        self.export_s = export_s
        self.weight_format = weight_format
        self.outline = outline
        self.config = outline.config
        self.generation_config = getattr(outline, "generation_config", None)
        self.parameter_bytes = sum(each.stat().st_size for each in file.parent.glob("model.onnx*"))
        self._session = started(file)
        self._output = self._session.get_outputs()[0].name

    def facts(self) -> dict[str, float]:
        """Return the sizes that a step's cost follows from, as far as a graph tells them."""
        facts = {
            "n_parameters": float(self.outline.num_parameters()),
            "parameter_bytes": float(self.parameter_bytes),
            f"active_share_{self.weight_format}": 1.0,
            "export_s": self.export_s,
        }
        layers = getattr(self.config.get_text_config(), "num_hidden_layers", None)
        return facts | ({"n_layers": float(layers)} if isinstance(layers, int) else {})

    def can_generate(self) -> bool:
        """Whether it writes text."""
        return bool(self.outline.can_generate())

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> OnnxOutput:
        """Read rows: (rows, tokens)."""
        inputs = {"input_ids": input_ids, "attention_mask": attention_mask}
        return OnnxOutput(**{self._output: run(self._session, inputs)[0]})

    def get_output_embeddings(self) -> None:
        """Return nothing: the layer is part of the graph."""


class OnnxCausal(OnnxModel):
    """Reads on from states, through masks and positions, as the responders do."""

    def facts(self) -> dict[str, float]:
        """Return the sizes, that of a token's keys and values among them."""
        n_states, n_heads, size = self._state_sizes()
        return {**super().facts(), "kv_bytes_per_token": float(n_states * n_heads * size * 4)}

    def wanted_logits(self, arguments: dict[str, Any], wanted: torch.Tensor) -> torch.Tensor:
        """Return the logits at the wanted places: (wanted, vocabulary).

        Args:
            arguments: of the forward method of a decoder.
            wanted: places in its input, rows laid end to end.
        """
        ids, mask = arguments["input_ids"], arguments["attention_mask"]
        cache: PastStates | None = arguments.get("past_key_values")
        before = cache.before() if cache is not None else []
        positions = arguments.get("position_ids")
        if mask.dim() == 2:  # noqa: PLR2004 - (rows, tokens), padded at the right
            mask, positions = _causal_mask(mask), torch.arange(ids.shape[1]).repeat(len(ids), 1)
        inputs = {
            "input_ids": ids,
            "attention_mask": mask.expand(len(ids), -1, -1, -1),
            "position_ids": positions,
            "wanted": wanted,
            "past": self._stacked(before, len(ids)),
        }
        logits, new = run(self._session, inputs)
        if cache is not None:
            for layer in range(len(new) // 2):
                cache.update(new[2 * layer], new[2 * layer + 1], layer)
        return logits

    def _stacked(self, before: list[States], n_rows: int) -> torch.Tensor:
        if before:
            return torch.stack([each for layer in before for each in layer])
        n_states, n_heads, size = self._state_sizes()
        return torch.zeros(n_states, n_rows, n_heads, 0, size)

    def _state_sizes(self) -> tuple[int, int, int]:
        """Return (twice the layers, heads, size)."""
        n_states, _, n_heads, _, size = self._session.get_inputs()[-1].shape
        return n_states, n_heads, size


def _causal_mask(mask: torch.Tensor) -> torch.Tensor:
    order = torch.arange(mask.shape[1])
    is_seen = (order <= order[:, None]) & mask.bool()[:, None]
    # Padding may see itself, for a line of nothing is no number.
    is_seen = is_seen | (order == order[:, None])
    nothing = torch.finfo(torch.float32).min
    return torch.zeros(is_seen.shape).masked_fill(~is_seen, nothing)[:, None]
