"""What a task has asked and been answered, in the form of the tool that it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """One task's answers by one model."""

    text: str
    """The whole file."""
    hash: str
    """The tool's own hash of what was asked."""
    config: Mapping[str, Any]
    """The task's settings, as JSON has them."""
    n_documents: int
    """Of the task as a whole, whatever the limit."""
