"""A tiny LLaMA written as GGUF: what is converted has its logits, its tokens and its one embedding.

SmolLM2's own file is held against its conversion in test_transformers_real_models.py, slowly.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
gguf = pytest.importorskip("gguf")

from harness.adapters.transformers.gguf_cache import converted, load_gguf  # noqa: E402 - torch may be absent
from harness.adapters.transformers.quiet import quiet  # noqa: E402
from harness.core.identity import hash_file  # noqa: E402

N_HEADS, N_KEY_HEADS = 4, 2
TEXT = "It was the best of times, it was the worst of times."
NAMES = {
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
"""The parts of a block in transformers, and in GGUF."""


def rounded(weights: Any) -> Any:
    """Quantise a matrix to eight bits as GGUF does."""
    return gguf.quants.quantize(weights, gguf.GGMLQuantizationType.Q8_0)


@pytest.fixture(scope="module")
def tokenizer(model_folder: Any) -> Any:
    return transformers.AutoTokenizer.from_pretrained(model_folder("llama"))


@pytest.fixture(scope="module")
def model(tokenizer: Any) -> Any:
    """Return a LLaMA whose matrices are what eight bits have left of them."""
    torch.manual_seed(5)
    config = transformers.LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=N_HEADS,
        num_key_value_heads=N_KEY_HEADS,
        max_position_embeddings=64,
        initializer_range=0.4,
        tie_word_embeddings=True,
    )
    model = transformers.LlamaForCausalLM(config).eval()
    for weights in model.parameters():
        if weights.ndim == 1:  # norms, which begin as ones
            weights.data += 0.1 * torch.randn_like(weights)
        else:
            left = gguf.quants.dequantize(
                rounded(weights.detach().numpy()), gguf.GGMLQuantizationType.Q8_0
            )
            weights.data = torch.from_numpy(left)
    return model


@pytest.fixture(scope="module")
def file(model: Any, tokenizer: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("gguf") / "tiny.gguf"
    writer = gguf.GGUFWriter(file, "llama")
    config = model.config
    writer.add_context_length(config.max_position_embeddings)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(N_HEADS)
    writer.add_head_count_kv(N_KEY_HEADS)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(10_000.0)
    writer.add_vocab_size(config.vocab_size)
    add_tokens(writer, tokenizer)
    for name, weights in model.named_parameters():
        add_tensor(writer, name, weights.detach().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file


def add_tokens(writer: Any, tokenizer: Any) -> None:
    bpe = json.loads(tokenizer.backend_tokenizer.to_str())["model"]
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(sorted(bpe["vocab"], key=bpe["vocab"].get))
    writer.add_token_merges([" ".join(pair) for pair in bpe["merges"]])
    writer.add_bos_token_id(tokenizer.bos_token_id)
    writer.add_eos_token_id(tokenizer.eos_token_id)


def add_tensor(writer: Any, name: str, weights: Any) -> None:
    path = name.removesuffix(".weight")
    block = ""
    if path.startswith("model.layers."):
        _, _, number, path = path.split(".", maxsplit=3)
        block = f"blk.{number}."
    name = f"{block}{NAMES[path]}.weight"
    if weights.ndim == 1:
        writer.add_tensor(name, weights)
        return
    # The halves of a head that are turned together lie side by side in GGUF.
    n_heads = {"attn_q": N_HEADS, "attn_k": N_KEY_HEADS}.get(NAMES[path])
    if n_heads is not None:
        halves = weights.reshape(n_heads, 2, -1, weights.shape[1])
        weights = np.ascontiguousarray(halves.swapaxes(1, 2).reshape(weights.shape))
    writer.add_tensor(name, rounded(weights), raw_dtype=gguf.GGMLQuantizationType.Q8_0)


def test_what_is_converted_is_the_model_of_the_file(
    model: Any, tokenizer: Any, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))

    folder = converted(file, hash_file(file))

    with quiet():
        direct = load_gguf(file).eval()
        copy = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        read = transformers.AutoTokenizer.from_pretrained(folder)
    ids = tokenizer(TEXT, return_tensors="pt", add_special_tokens=False)["input_ids"]
    assert read(TEXT, add_special_tokens=False)["input_ids"] == ids[0].tolist()
    with torch.inference_mode():
        written, loaded, found = (each(ids).logits for each in (model, direct, copy))
    assert torch.allclose(loaded, found, atol=1e-5, rtol=0)
    assert torch.allclose(written, found, atol=1e-4, rtol=0)
    assert written.abs().max() > 1
    assert copy.get_input_embeddings().weight is copy.get_output_embeddings().weight
    assert not list(Path(folder).glob("*.bin"))
