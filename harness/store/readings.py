"""What was read from each answer of some suites, and a mark of each text, without the texts."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.core.attacked import Attacked, Outcome
from harness.core.codec import decode_output
from harness.core.errors import StoreError, sentence
from harness.core.explained import Explained
from harness.core.response import (
    Classification,
    Failure,
    FailureKind,
    Generation,
    LogLikelihoods,
    Output,
)
from harness.store.samples_file import JSONL, PARQUET, SCORES, StoredRecords
from harness.store.text_mark import text_mark

_JSON = ("choices", "answer", "reading", "unscored")
_COLUMNS = ("model", "suite", "sample_id", "text", *_JSON, SCORES)
_BATCH = 5000
_A_CHOICE = 2
"""Alternatives from which one can be picked."""

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """One sample of one suite on one model."""

    text: bytes
    """Mark of the sample's text: equal for equal texts, and for no others to speak of."""
    is_read: bool
    """Whether it was answered, and the answer could be read."""
    answer: str | None
    """Label, place of the likeliest choice, mark of a generated text, outcome of an attack; None
    for an output that names no answer, as the likelihood of one continuation alone."""
    adversarial: bytes | None = None
    """Mark of the text by which an attack succeeded; None without one."""
    control: bytes | None = None
    """Likewise of the random search beside it."""
    is_made: bool = True
    """Whether there is a text that was to be asked about; one that could not be disturbed as it
    was to be is on record as it was."""


def read_readings(folder: Path, suites: Collection[str]) -> dict[Key, dict[str, Reading]]:
    """Read the answers of some suites.

    Args:
        folder: a run folder.
        suites: names.

    Returns:
        By (model, suite), by sample id, in the order of the data set.

    Raises:
        StoreError: the records are missing or damaged.
    """
    found: dict[Key, dict[str, Reading]] = {}
    try:
        for row in _rows(folder, suites):
            found.setdefault((row["model"], row["suite"]), {})[row["sample_id"]] = _reading(row)
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise StoreError(
            sentence(
                str(folder),
                f"holds a record that cannot be read ({error!r})",
                "restore the folder from a copy, or run again",
            )
        ) from error
    return found


def _rows(folder: Path, suites: Collection[str]) -> Iterator[Mapping[str, Any]]:
    if (folder / JSONL).exists() or not (folder / PARQUET).exists():
        yield from (row for row in StoredRecords(folder).rows() if row["suite"] in suites)
        return
    import pyarrow as pa
    from pyarrow.compute import is_in
    from pyarrow.parquet import ParquetFile

    wanted = pa.array(sorted(suites), pa.string())
    with ParquetFile(folder / PARQUET) as parquet:
        for batch in parquet.iter_batches(batch_size=_BATCH, columns=list(_COLUMNS)):
            kept = batch.filter(is_in(batch.column("suite"), value_set=wanted))
            for row in kept.to_pylist():
                yield {
                    name: json.loads(value) if name in _JSON and value is not None else value
                    for name, value in row.items()
                }


def _reading(row: Mapping[str, Any]) -> Reading:
    text, answer = text_mark(row["text"]), row["answer"]
    if answer["kind"] == Failure.__name__:
        is_made = answer["failure"] != FailureKind.UNDISTURBED
        return Reading(text, is_read=False, answer=None, is_made=is_made)
    reading = row.get("reading")
    is_read = bool(row[SCORES]) or not row["unscored"]
    if not is_read:
        return Reading(text, is_read=False, answer=None)
    output = decode_output(answer if reading is None else reading)
    adversarial, control = (
        None if found is None else text_mark(found) for found in found_texts(output)
    )
    return Reading(
        text,
        is_read=True,
        answer=_answer(output, row["choices"]),
        adversarial=adversarial,
        control=control,
    )


def found_texts(output: Output) -> tuple[str | None, str | None]:
    """Return the texts by which an attack and its control succeeded; None where there is none."""
    if not isinstance(output, Attacked):
        return None, None
    is_found, is_control_found = (
        outcome is Outcome.SUCCEEDED for outcome in (output.outcome, output.control)
    )
    return (
        output.text if is_found else None,
        output.control_text if is_control_found else None,
    )


def _answer(output: Output, choices: Sequence[str]) -> str | None:
    match output:
        case Classification(label=label):
            return label
        case LogLikelihoods(scores=scores) if len(scores[: len(choices) or None]) >= _A_CHOICE:
            return str(output.likeliest(len(choices)))
        case Generation(text=text):
            return text_mark(text).hex()
        case Attacked(outcome=outcome):
            return outcome.value
        case Explained(outputs=outputs, chosen=chosen):
            return outputs[chosen]
        case _:
            return None
