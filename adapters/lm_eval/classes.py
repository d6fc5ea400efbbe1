"""The model classes that lm-evaluation-harness has, told without importing any of them."""

from __future__ import annotations

from collections.abc import Mapping

from harness.core.errors import ConfigError

_CHATS = frozenset(
    {
        "anthropic-chat",
        "anthropic-chat-completions",
        "litellm",
        "litellm-chat",
        "litellm-chat-completions",
        "local-chat-completions",
        "openai-chat-completions",
    }
)
_ALSO_WITHOUT_LIKELIHOODS = frozenset({"anthropic-completions", "hf-audiolm-qwen", "hf-multimodal"})


def class_names() -> Mapping[str, str]:
    """Return where each class is written (``module:Class``), by name, sorted.

    Raises:
        ConfigError: lm_eval is not installed.
    """
    try:
        from lm_eval.models import MODEL_MAPPING
    except ImportError as error:
        raise ConfigError(
            "adapter 'lm_eval'",
            f"the package {error.name} is not installed",
            "pip install 'model-audit-harness[lm_eval]'",
        ) from error
    return dict(sorted(MODEL_MAPPING.items()))


def takes_only_turns(name: str) -> bool:
    """Tell whether a class asks chat endpoints, which know no plain text."""
    return name in _CHATS


def only_generates(name: str) -> bool:
    """Tell whether a class raises ``NotImplementedError`` for every likelihood (lm-eval 0.4.12)."""
    return name in _CHATS | _ALSO_WITHOUT_LIKELIHOODS
