"""What all probes let their users choose about asking."""

from __future__ import annotations

from harness.core.errors import ConfigError
from harness.core.request import Generate
from harness.suites.prompting import prompt_of


def question(
    text: str, *, chat: bool, system: str | None, max_new_tokens: int, seed: int
) -> Generate:
    """Return a greedy request for an answer to a user's text."""
    return Generate(
        prompt=prompt_of(text, chat=chat, system=system), max_new_tokens=max_new_tokens, seed=seed
    )


def check_at_least_one(name: str, value: int, remedy: str) -> None:
    """Refuse a count below 1.

    Raises:
        ConfigError: naming the option.
    """
    if value < 1:
        raise ConfigError(name, f"must be at least 1, not {value}", remedy)
