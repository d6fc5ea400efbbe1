"""Models that the Hugging Face transformers library runs on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from harness.adapters.transformers.variant import (
    check_variant,
    has_attention_maps,
    has_gradients,
)
from harness.core.capability import Capability
from harness.core.errors import ConfigError
from harness.sources.source import Source

if TYPE_CHECKING:
    from harness.adapters.transformers.session import TransformersSession

_LANGUAGE_MODEL = frozenset({Capability.GENERATES, Capability.SCORES})
_CAPABILITIES = {
    "causal": _LANGUAGE_MODEL | {Capability.DIFFERENTIATES, Capability.ATTENDS},
    "seq2seq": _LANGUAGE_MODEL,
    "masked": frozenset({Capability.SCORES, Capability.FILLS}),
    "classifier": frozenset({Capability.CLASSIFIES, Capability.DIFFERENTIATES, Capability.ATTENDS}),
    "encoder": frozenset({Capability.EMBEDS}),
}
_MAY_CUT = {"truncate": ("classifier", "encoder"), "truncate_left": ("causal",)}
"""Tasks by the value of ``too_long``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformersAdapter(Source):
    """A model from a folder with config.json, weights and tokenizer, or from a GGUF file."""

    tokenizer: str | None = None
    """A folder with another tokenizer than the one beside the weights."""
    task: Literal["causal", "seq2seq", "masked", "classifier", "encoder"] = "causal"
    """What the model was made for; it decides what the model can be asked. A masked model's
    likelihoods are pseudo-log-likelihoods (Salazar et al. 2020); an encoder's vectors are
    means over tokens, scaled to length 1."""
    dtype: Literal["auto", "float32", "bfloat16", "float16"] | None = None
    """Number format of the weights. ``auto`` is the file's own; None is float32 on the CPU and
    ``auto`` elsewhere."""
    device: str = "auto"
    """``cpu``, ``cuda``, ``cuda:1``, ``mps``; ``auto`` takes the best that is there."""
    variant: str | None = None
    """A model derived from the checkpoint. ``dynamic-int8`` runs linear layers in int8 on the CPU,
    with a scale for each token and channel, ``dynamic-int8-per-tensor`` as torch's
    quantize_dynamic does; ``bf16`` and ``fp16`` are the weights' number format; ``pruned-30`` (1
    to 99) sets that percentage of each layer's weights to zero, ``pruned-2:4`` two of every four;
    ``onnx`` and ``onnx-int8`` run in ONNX Runtime on the CPU; ``torch-compile`` needs a compiler;
    ``bnb-8bit`` and ``bnb-4bit`` need bitsandbytes and CUDA."""
    attention: Literal["eager", "sdpa", "flash_attention_2"] | None = None
    """Attention kernel; None leaves the choice to transformers."""
    max_batch_tokens: int = 4096
    """Tokens per batch, padding and room for new tokens counted; prompts that join and leave a
    running batch may come to three times as many. A small classifier is a quarter faster on the
    CPU with 1024. Answers depend on it by rounding alone, which shows in half precision; the suite
    ``determinism`` measures it."""
    share_prefixes: bool = True
    """Compute the beginnings that requests share only once, and let prompts join and leave a
    running batch, where the model allows it; its identity says whether it does. Answers depend on
    it by rounding alone."""
    max_length: int | None = None
    """Window in tokens, prompt and answer together; None is the model's own. The cost of one
    request grows with it."""
    too_long: Literal["fail", "truncate", "truncate_left"] = "fail"
    """A text longer than the window fails. A classifier or encoder may cut its end instead; a
    causal model may lose the beginning of a prompt (``truncate_left``), as in
    lm-evaluation-harness: what is left has room for ``max_new_tokens``, or for the
    continuation."""
    chat_template: str | None = None
    """Jinja text, or the path of a ``.jinja`` file, in place of the model's own template."""
    trust_remote_code: bool = False
    """Run Python code that comes with the weights. Only for sources that you have read."""

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        check_variant(self.variant, self.dtype)
        if self.max_batch_tokens < 1:
            raise ConfigError("max_batch_tokens", "must be at least 1", "write 4096")
        if self.max_length is not None and self.max_length < 2:  # noqa: PLR2004 - one token in, one out
            raise ConfigError(
                "max_length", "must be at least 2", "leave it out for the model's own"
            )
        if self.too_long != "fail" and self.task not in _MAY_CUT[self.too_long]:
            raise ConfigError(
                f"too_long = {self.too_long!r}",
                f"with task = {self.task!r} this end of a text is never cut, for that would"
                " change the question",
                "write too_long = 'fail'",
            )

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What the task allows.

        A model in int8, in ONNX Runtime or compiled has no gradients, and in the last two no layers
        to look at.
        """
        missing = set()
        if not has_gradients(self.variant):
            missing.add(Capability.DIFFERENTIATES)
        if not has_attention_maps(self.variant):
            missing.add(Capability.ATTENDS)
        return _CAPABILITIES[self.task] - missing

    def open(self) -> TransformersSession:
        """Load the model.

        Raises:
            ConfigError: an option does not fit the model, or a package is not installed.
            SourceError: the weights cannot be had.
            AdapterError: the weights cannot be loaded.
        """
        try:
            from harness.adapters.transformers.loading import load
            from harness.adapters.transformers.session import TransformersSession
        except ImportError as error:
            raise ConfigError(
                "adapter 'transformers'",
                f"the package {error.name} is not installed",
                "pip install 'model-audit-harness[transformers]'",
            ) from error
        return TransformersSession(load(self), self)
