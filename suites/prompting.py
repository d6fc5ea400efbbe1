"""From a sample's text to a prompt: as it is, or as chat turns."""

from __future__ import annotations

from harness.core.request import Message, Prompt


def prompt_of(text: str, *, chat: bool, system: str | None) -> Prompt:
    """Return ``text`` itself, or one user turn after an optional system turn.

    >>> prompt_of("Hi", chat=True, system=None)
    (Message(role='user', content='Hi'),)
    """
    if not chat:
        return text if system is None else f"{system}\n\n{text}"
    turns = (Message("system", system),) if system is not None else ()
    return (*turns, Message("user", text))
