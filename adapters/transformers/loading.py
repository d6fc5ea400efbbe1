"""From options to a model in memory; every way in which the two may not fit has its sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import transformers

from harness.adapters.transformers import TransformersAdapter
from harness.adapters.transformers.checkpoint import Checkpoint, find_checkpoint
from harness.adapters.transformers.deriving import derived
from harness.adapters.transformers.encoding import TextEncoder
from harness.adapters.transformers.fingerprint import identify, told_configuration
from harness.adapters.transformers.first_token import read_first_token_alone
from harness.adapters.transformers.fitness import check_task, check_weights
from harness.adapters.transformers.loaded import LoadedModel
from harness.adapters.transformers.onnx_apart import export_in_child
from harness.adapters.transformers.onnx_cache import exported, is_exported
from harness.adapters.transformers.onnx_model import OnnxCausal, OnnxModel
from harness.adapters.transformers.own_memory import return_freed_memory
from harness.adapters.transformers.precision import load_arguments
from harness.adapters.transformers.prefix_sharing import find_sharing
from harness.adapters.transformers.quiet import quiet
from harness.adapters.transformers.template import template_text
from harness.adapters.transformers.variant import IN_ONNX, INT8_BY_BATCH
from harness.adapters.transformers.variant_fitness import check_variant_fits
from harness.adapters.transformers.window import window_of
from harness.core.errors import AdapterError, ConfigError, sentence
from harness.core.identity import hash_json

_AUTO_CLASSES = {
    "causal": transformers.AutoModelForCausalLM,
    "seq2seq": transformers.AutoModelForSeq2SeqLM,
    "masked": transformers.AutoModelForMaskedLM,
    "classifier": transformers.AutoModelForSequenceClassification,
    "encoder": transformers.AutoModel,
}

_SPECIAL_IDS = (
    "bos_token_id",
    "eos_token_id",
    "pad_token_id",
    "decoder_start_token_id",
    "forced_bos_token_id",
)


def load(options: TransformersAdapter) -> LoadedModel:
    """Load model and tokenizer from files of this machine, never from a network.

    Raises:
        ConfigError: an option does not fit the model or the machine.
        SourceError: the files cannot be had.
        AdapterError: the files cannot be loaded.
    """
    device = pick_device(options.device)
    check_variant_fits(options, device)
    arguments = load_arguments(options, device)
    checkpoint = find_checkpoint(options)
    with quiet():
        config = _pretrained(transformers.AutoConfig, checkpoint.folder, options)
        check_task(options.task, config)
        tokenizer = _pretrained(
            transformers.AutoTokenizer, Path(options.tokenizer or checkpoint.folder), options
        )
        if options.task == "masked" and tokenizer.mask_token_id is None:
            raise ConfigError("task = 'masked'", "the tokenizer has no mask token", "name another")
        if options.variant in IN_ONNX:
            model = _graph(checkpoint, options, config)
        else:
            model = _model(checkpoint, options, {**arguments, "config": config})
            model = model if "device_map" in arguments else model.to(device)
            # Torch's own int8 takes one scale from all tokens of a batch, read or not.
            if options.task == "classifier" and options.variant != INT8_BY_BATCH:
                read_first_token_alone(model)
            model = derived(model, options.variant)
    return_freed_memory()
    _settle(model, tokenizer)
    encoder = TextEncoder(tokenizer, template_text(options.chat_template, tokenizer))
    window = window_of(model, tokenizer, options.max_length)
    sharing = find_sharing(model, options)
    return LoadedModel(
        model=model,
        encoder=encoder,
        device=device,
        window=window,
        identity=identify(model, encoder, checkpoint, options, window, sharing),
        sharing=sharing,
        is_cut_left=options.too_long == "truncate_left",
    )


def pick_device(name: str) -> str:
    """Return the device to use.

    Raises:
        ConfigError: this machine does not have it.
    """
    if name == "auto":
        if torch.cuda.is_available():
            return "cuda"
        return "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError) as error:  # a torch built without CUDA asserts
        reason = str(error).splitlines()[0]
        raise ConfigError(
            f"device = {name!r}", f"cannot be used here ({reason})", "write 'auto'"
        ) from error
    return name


def _pretrained(auto_class: Any, folder: Path, options: TransformersAdapter, **more: Any) -> Any:
    try:
        return auto_class.from_pretrained(
            folder, local_files_only=True, trust_remote_code=options.trust_remote_code, **more
        )
    except Exception as error:  # transformers raises what it happens to meet, of many roots
        if "trust_remote_code" in str(error):
            raise ConfigError(
                f"model {folder.name!r}",
                "brings Python code of its own, which is not run unasked",
                "read the code, then write trust_remote_code = true",
            ) from error
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise AdapterError(
            sentence(
                f"model {folder.name!r}",
                f"{auto_class.__name__} cannot load it ({reason})",
                f"is it whole, and a {options.task} model?",
            )
        ) from error


def _model(checkpoint: Checkpoint, options: TransformersAdapter, arguments: dict[str, Any]) -> Any:
    if options.attention is not None:
        arguments["attn_implementation"] = options.attention
    model, report = _pretrained(
        _AUTO_CLASSES[options.task],
        checkpoint.folder,
        options,
        output_loading_info=True,
        **arguments,
    )
    check_weights(options.task, report["missing_keys"])
    return model.eval()


def export(options: TransformersAdapter) -> Path:
    """Fill the cache with the file that a variant of ONNX Runtime is loaded from, and return it.

    Raises:
        ConfigError: no graph can be made of the architecture.
        SourceError: the files cannot be had.
        AdapterError: the export failed.
    """
    checkpoint = find_checkpoint(options)
    with quiet():
        config = _pretrained(transformers.AutoConfig, checkpoint.folder, options)
        return _exported(checkpoint, options, config)


def _exported(checkpoint: Checkpoint, options: TransformersAdapter, config: Any) -> Path:
    arguments: dict[str, Any] = {"config": config, "dtype": torch.float32}
    return exported(
        *_export_parts(checkpoint, options, config),
        lambda: _model(checkpoint, options, arguments),
    )


def _export_parts(
    checkpoint: Checkpoint, options: TransformersAdapter, config: Any
) -> tuple[str, str, str, str]:
    """Return all that an export depends on."""
    assert options.variant is not None
    configured = hash_json([told_configuration(config), options.attention])
    return checkpoint.weights, configured, options.variant, options.task


def _graph(checkpoint: Checkpoint, options: TransformersAdapter, config: Any) -> OnnxModel:
    """Return the checkpoint as ONNX Runtime runs it, exported when it is not yet."""
    is_there = is_exported(*_export_parts(checkpoint, options, config))
    export_s = 0.0 if is_there else export_in_child(options)
    file = _exported(checkpoint, options, config)
    auto_class = _AUTO_CLASSES[options.task]
    kernel = {} if options.attention is None else {"attn_implementation": options.attention}
    with torch.device("meta"):
        outline = auto_class.from_config(
            config, trust_remote_code=options.trust_remote_code, **kernel
        ).eval()
    if outline.can_generate():
        outline.generation_config = _pretrained_habits(checkpoint, config)
    weight_format = "int8" if options.variant == "onnx-int8" else "float32"
    kind = OnnxCausal if options.task == "causal" else OnnxModel
    return kind(file, outline, weight_format, export_s)


def _pretrained_habits(checkpoint: Checkpoint, config: Any) -> Any:
    if (checkpoint.folder / "generation_config.json").is_file():
        return transformers.GenerationConfig.from_pretrained(checkpoint.folder)
    return transformers.GenerationConfig.from_model_config(config)


def _settle(model: Any, tokenizer: Any) -> None:
    """Leave to the model its special tokens, and none of the decoding habits of its makers.

    Penalties and beams in generation_config.json would turn "greedy" into something else.
    """
    if model.config.pad_token_id is None:
        # Classifiers made from decoders look for the last token that is not padding.
        model.config.pad_token_id = tokenizer.pad_token_id
    if not model.can_generate():
        return
    habits = model.generation_config
    kept = {name: getattr(habits, name, None) for name in _SPECIAL_IDS}
    ends = kept["eos_token_id"]
    known = ends if isinstance(ends, list) else [ends]
    both = {token for token in (*known, tokenizer.eos_token_id) if token is not None}
    model.generation_config = transformers.GenerationConfig(
        **{**kept, "eos_token_id": sorted(both) or None}
    )
