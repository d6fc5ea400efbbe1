"""Which chat template is used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.core.errors import ConfigError


def template_text(option: str | None, tokenizer: Any) -> str | None:
    """Return the Jinja text: the option's, else the tokenizer's own, else None.

    Raises:
        ConfigError: the option names a file that is not there.
    """
    if option is None:
        own = tokenizer.chat_template
        # Some tokenizers bring several, by name.
        text = own.get("default") if isinstance(own, dict) else own
        return None if text is None else str(text)
    if not option.endswith(".jinja"):
        return option
    try:
        return Path(option).expanduser().read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"chat_template = {option!r}", f"cannot be read ({error.strerror})", "check the path"
        ) from error
