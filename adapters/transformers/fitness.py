"""Whether a model was made for the task that it is asked to do."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from harness.core.errors import AdapterError, ConfigError, sentence

# What the name of an architecture says it was trained for; names that say nothing are let pass,
# and are caught by missing weights.
_TASK_OF_ENDING = {
    "ForCausalLM": "causal",
    "LMHeadModel": "causal",
    "ForConditionalGeneration": "seq2seq",
    "WithLMHeadModel": "seq2seq",
    "ForMaskedLM": "masked",
    "ForSequenceClassification": "classifier",
    "ForTokenClassification": "encoder",
    "ForQuestionAnswering": "encoder",
}


def check_task(task: str, config: Any) -> None:
    """Refuse a task that the architecture named in config.json was not trained for.

    transformers itself would load a masked model as a causal one, and give a bare encoder a
    classifier of random numbers.

    Raises:
        ConfigError: with the task that would fit.
    """
    if task == "classifier" and config.num_labels == 1:
        raise ConfigError(
            "task = 'classifier'",
            "the model has a single output, a regression: there is nothing to choose from",
            "name a model with two labels or more",
        )
    fitting = [fit for name in config.architectures or () if (fit := _task_of(name, config))]
    if task == "encoder" or not fitting or task in fitting:
        return
    raise ConfigError(
        f"task = {task!r}",
        f"the model is a {', '.join(config.architectures)}",
        f"write task = {fitting[0]!r}, or name another model",
    )


def check_weights(task: str, missing: Collection[str]) -> None:
    """Refuse a model that would start with random numbers in place of weights.

    Args:
        task: of the options.
        missing: names of the parameters that the files did not hold.

    Raises:
        AdapterError: naming some of them.
    """
    # The vector is a mean over tokens; the pooler, a layer on the first token, is not used.
    needed = sorted(name for name in missing if not (task == "encoder" and "pooler" in name))
    if needed:
        raise AdapterError(
            sentence(
                f"task = {task!r}",
                f"the files hold no weights for {', '.join(needed[:3])}"
                + (f" and {len(needed) - 3} more" if len(needed) > 3 else ""),  # noqa: PLR2004 - those just listed
                "they would be random; choose the task that the model was trained for",
            )
        )


def _task_of(name: str, config: Any) -> str | None:
    for ending, task in _TASK_OF_ENDING.items():
        if name.endswith(ending):
            # Models that also read images call themselves conditional, and are decoders.
            is_decoder = task == "seq2seq" and not config.is_encoder_decoder
            return "causal" if is_decoder else task
    return None
