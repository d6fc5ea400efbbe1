"""The triples of StereoSet, from the authors' file or from lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.core.errors import DataError
from harness.core.sample import Sample
from harness.sources.columns import Cells
from harness.sources.dataset import Dataset
from harness.suites.bias.drawn_samples import TextIds

KINDS = ("intrasentence", "intersentence")
LABELS = ("stereotype", "anti-stereotype", "unrelated")
TYPE, BIAS_TYPE, BOTH = "type", "bias_type", "type and bias_type"
_ID = "id"


def read_triples(data: Dataset) -> list[Sample]:
    """Return the triples: choices are the stereotype, the anti-stereotype and the unrelated one.

    Raises:
        DataError: the file is in neither of the two forms, or has an id twice.
        SourceError: the bytes cannot be had.
    """
    ids, cells = TextIds(), Cells(data.name)
    is_authors = data.format is None and data.fetch().suffix.lower() == ".json"
    rows = _authors_rows(data) if is_authors else data.rows()
    samples = [_sample(row, index, ids, cells, data.name) for index, row in enumerate(rows)]
    if not samples:
        raise DataError(data.name, "has no examples", "give a data set with at least one")
    _check_ids(samples, data.name)
    return samples


def _sample(row: Mapping[str, Any], index: int, ids: TextIds, cells: Cells, name: str) -> Sample:
    number = index + 1
    kind, bias_type = cells.text(row, TYPE, number), cells.text(row, BIAS_TYPE, number)
    if kind not in KINDS:
        reason = f"type is {kind!r}"
        raise DataError(f"{name} row {number}", reason, f"write {KINDS[0]} or {KINDS[1]}")
    context, target = cells.text(row, "context", number), cells.text(row, "target", number)
    sentences = tuple(cells.text(row, label, number) for label in LABELS)
    return Sample(
        id=_own_id(row, cells, number) or ids.of(kind, context, *sentences),
        index=index,
        text=context,
        choices=sentences,
        slices={TYPE: kind, BIAS_TYPE: bias_type, BOTH: f"{kind} {bias_type}"},
        cluster=target,
    )


def _own_id(row: Mapping[str, Any], cells: Cells, number: int) -> str:
    """Return the id that a row brings with it; nothing where it has none."""
    if _ID not in row or not cells.texts_if_any(row, _ID, number):
        return ""
    return cells.text(row, _ID, number)


def _check_ids(samples: Sequence[Sample], name: str) -> None:
    first: dict[str, int] = {}
    for number, sample in enumerate(samples, start=1):
        if first.setdefault(sample.id, number) != number:
            raise DataError(
                f"{name} row {number}",
                f"id {sample.id!r} was used in row {first[sample.id]} already",
                "make the ids unique, or leave the column out",
            )


def _authors_rows(data: Dataset) -> Iterator[Mapping[str, Any]]:
    try:
        examples = json.loads(data.fetch().read_text(encoding="utf-8"))["data"]
        for kind in KINDS:
            for example in examples[kind]:
                sentences = {one["gold_label"]: one["sentence"] for one in example["sentences"]}
                own = {name: example[name] for name in (_ID, "context", "target", BIAS_TYPE)}
                yield {TYPE: kind, **own, **sentences}
    except (ValueError, KeyError, TypeError) as error:
        reason = f"is not StereoSet's dev.json ({type(error).__name__}: {error})"
        raise DataError(data.name, reason, "give the authors' file, or lines of JSON") from error
