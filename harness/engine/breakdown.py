"""What is said of a suite that could not be carried out to the end."""

from __future__ import annotations

import traceback
from pathlib import Path

from harness.core.errors import HarnessError
from harness.core.redact import redacted_words

BROKE_DOWN = "broke down"
"""Marks what is a defect of code, in reasons that are otherwise about answers."""


def sentence_of(ending: BaseException) -> str:
    """Return one sentence for the manifest, the table and the report.

    An error that this project raises on purpose has one. Any other is a defect of an adapter, a
    suite or the harness: it is named with its place, so that its author can be told.
    """
    if isinstance(ending, HarnessError):
        return redacted_words(" ".join(str(ending).split("\n")))
    if isinstance(ending, KeyboardInterrupt):
        return "interrupted"
    frames = traceback.extract_tb(ending.__traceback__)
    place = f" ({Path(frames[-1].filename).name} line {frames[-1].lineno})" if frames else ""
    text = redacted_words(" ".join(str(ending).split()))
    return f"internal error, please report it: {type(ending).__name__}: {text}{place}"
