"""Decoders of many families with a few random weights, and what they answer row by row."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import torch
import transformers

from harness.adapters.transformers.attention_kinds import Windows
from harness.adapters.transformers.prefix_sharing import sharing_windows
from harness.adapters.transformers.prefix_tree import Tokens

N_TOKENS = 40
SIZES = {
    "vocab_size": N_TOKENS,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
    # Weights far larger than usual, so that answers hang on every token of the context.
    "initializer_range": 0.4,
    "pad_token_id": None,
    "bos_token_id": 0,
    "eos_token_id": 1,
}
GEMMA = {"head_dim": 8, "sliding_window": 5, "query_pre_attn_scalar": 8}
SHAREABLE: dict[str, tuple[str, str, dict[str, Any]]] = {
    "llama": ("LlamaConfig", "sdpa", SIZES),
    "llama, eager": ("LlamaConfig", "eager", SIZES),
    "gpt2": ("GPT2Config", "sdpa", {**SIZES, "num_key_value_heads": None}),
    "mistral, all layers sliding": ("MistralConfig", "sdpa", {**SIZES, "sliding_window": 5}),
    "gemma2, soft caps and every other layer sliding": (
        "Gemma2Config",
        "eager",
        {**SIZES, **GEMMA, "attn_logit_softcapping": 4.0, "final_logit_softcapping": 6.0},
    ),
    "gemma3, one layer in four sees all": (
        "Gemma3TextConfig",
        "sdpa",
        {**SIZES, **GEMMA, "sliding_window_pattern": 4},
    ),
    "qwen3": ("Qwen3Config", "sdpa", {**SIZES, "head_dim": 8}),
    "neox, rotary in part": ("GPTNeoXConfig", "sdpa", {**SIZES, "num_key_value_heads": None}),
    "mixtral, experts": ("MixtralConfig", "sdpa", {**SIZES, "num_local_experts": 4}),
}


def build(config_name: str, attention: str, options: dict[str, Any]) -> Any:
    torch.manual_seed(1)
    known = {name: value for name, value in options.items() if value is not None}
    config = getattr(transformers, config_name)(**{"pad_token_id": None, **known})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of settings that this architecture does without
        model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation=attention)
    return model.float().eval()


@cache
def shareable(kind: str) -> tuple[Any, Windows]:
    model = build(*SHAREABLE[kind])
    return model, sharing_windows(model)


def plain(model: Any, row: Tokens) -> torch.Tensor:
    """Log-probabilities after each token, by one unbatched pass without a cache."""
    with torch.inference_mode():
        logits: torch.Tensor = model(input_ids=torch.tensor([row]), use_cache=False).logits[0]
    return logits.double().log_softmax(-1)
