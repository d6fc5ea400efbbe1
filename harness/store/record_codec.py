"""One record as one JSON object, and back; the form of each line of ``samples.jsonl``."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from harness.core.codec import (
    decode_answer,
    decode_output,
    decode_payload,
    encode_answer,
    encode_output,
    encode_payload,
)
from harness.core.request import TrainingSet
from harness.core.run import Record
from harness.core.sample import Sample

Json = dict[str, Any]


def encode_record(record: Record) -> Json:
    """Return the record as a flat JSON object; ``request`` and ``answer`` are nested ones."""
    sample = record.sample
    row: Json = {
        "model": record.model,
        "suite": record.suite,
        "sample_id": sample.id,
        "index": sample.index,
        "text": sample.text,
        "targets": sample.targets,
        "choices": sample.choices,
        "slices": sample.slices,
        "cluster": sample.cluster,
        "request": encode_payload(record.payload),
        "answer": encode_answer(record.answer),
        "scores": _strict(record.scores),
        "unscored": record.unscored,
    }
    if record.reading is not None:
        row["reading"] = encode_output(record.reading)
    return row


def decode_record(row: Mapping[str, Any]) -> Record:
    """Return the record that ``encode_record`` turned into ``row``.

    Raises:
        KeyError, TypeError, ValueError: the row is not a record.
    """
    reading = row.get("reading")
    request = row["request"]
    return Record(
        model=row["model"],
        suite=row["suite"],
        sample=Sample(
            id=row["sample_id"],
            index=row["index"],
            text=row["text"],
            targets=tuple(row["targets"]),
            choices=tuple(row["choices"]),
            slices=row["slices"],
            cluster=row["cluster"],
        ),
        payload=decode_payload(request, _training_sets(request)),
        answer=decode_answer(row["answer"]),
        reading=None if reading is None else decode_output(reading),
        scores={name: float(value) for name, value in row["scores"].items()},
        unscored=row["unscored"],
    )


def _strict(scores: Mapping[str, float]) -> Mapping[str, float | str]:
    """Write as text what JSON has no number for: other programs read these lines as well."""
    if isfinite(sum(scores.values())):
        return scores
    return {name: value if isfinite(value) else str(value) for name, value in scores.items()}


def _training_sets(request: Mapping[str, Any]) -> dict[str, TrainingSet]:
    """Stand in for a training set, of which a record keeps the id alone."""
    name = request.get("training")
    if name is None:
        return {}
    return {name: TrainingSet(id=name, texts=(), labels=())}
