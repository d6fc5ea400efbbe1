"""From rows to samples: checked once from end to end, then streamed as often as needed."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from harness.core.errors import DataError, did_you_mean
from harness.core.open_text import OpenText
from harness.core.sample import Sample, Span
from harness.sources.columns import Cells, Columns, option_columns, text_parts
from harness.sources.dataset import Dataset, Row

MAX_LABELS = 10_000
"""More different targets than this are no set of labels; they are counted no further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSet:
    """The samples of a data set that passed every check."""

    dataset: Dataset
    columns: Columns
    n_samples: int
    """How many iteration yields."""
    n_rows: int
    """How many the data set has; more than ``n_samples`` under a limit."""
    data_hash: str
    """SHA-256 (hex) over the contents of all rows as mapped, in order."""
    label_counts: dict[str, int]
    """Rows per first target, sorted; the targets are the labels of a classification set."""
    several_targets: tuple[int, int] | None
    """The first row (from 1) with more than one target, and how many it has; None without one."""
    chosen: frozenset[int] | None
    """Positions drawn under the limit, or None for all."""

    def check_one_label_each(self) -> None:
        """Refuse several targets in a row: references may be many, a label stands alone.

        Raises:
            DataError: the first row that has several.
        """
        if self.several_targets is not None:
            row, n_targets = self.several_targets
            raise DataError(
                f"{self.dataset.name} row {row}",
                f"has {n_targets} targets, one label is needed",
                "keep one of them, or drop the row",
            )

    def __iter__(self) -> Iterator[Sample]:
        """Yield the samples in order."""
        reader = _Reader(self.dataset, self.columns)
        for index, row in enumerate(self.dataset.rows()):
            # Ids depend on the rows before, so every row is named even when it is not chosen.
            sample = reader.sample(row, index)
            if self.chosen is None or index in self.chosen:
                yield sample


def read_samples(
    dataset: Dataset,
    columns: Columns,
    *,
    limit: int | None = None,
    seed: int = 0,
    labels: tuple[str, ...] | None = None,
) -> SampleSet:
    """Read a data set once, checking every row.

    Args:
        dataset: where the rows are.
        columns: what they mean.
        limit: keep this many rows, drawn without replacement.
        seed: of the draw.
        labels: the only targets allowed; any when None.

    Raises:
        DataError: no rows, a missing column, an empty cell, a repeated id, a wrong label.
        SourceError: the bytes cannot be had.
    """
    reader = _Reader(dataset, columns)
    digest = hashlib.sha256()
    counts: Counter[str] = Counter()
    several_targets: tuple[int, int] | None = None
    n_rows = 0
    for sample in (reader.sample(row, index) for index, row in enumerate(dataset.rows())):
        n_rows += 1
        digest.update(content(sample))
        if several_targets is None and len(sample.targets) > 1:
            several_targets = (n_rows, len(sample.targets))
        for target in sample.targets[:1]:
            if labels is not None and target not in labels:
                raise DataError(
                    f"{dataset.name} row {n_rows}",
                    f"{target!r} is not among the labels",
                    did_you_mean(target, labels),
                )
            if len(counts) < MAX_LABELS or target in counts:
                counts[target] += 1
    if not n_rows:
        raise DataError(dataset.name, "has no rows", "give a data set with at least one")
    chosen = _draw(n_rows, limit, seed)
    return SampleSet(
        dataset=dataset,
        columns=columns,
        n_samples=n_rows if chosen is None else len(chosen),
        n_rows=n_rows,
        data_hash=digest.hexdigest(),
        label_counts=dict(sorted(counts.items())),
        several_targets=several_targets,
        chosen=chosen,
    )


def content(sample: Sample) -> bytes:
    """Return the bytes that a sample's hash is made of: all that is asked, and the answer."""
    fields = [sample.id, sample.text, sample.targets, sample.choices, sample.cluster]
    return json.dumps([*fields, dict(sample.slices)], separators=(",", ":")).encode()


class _Reader:
    """Maps rows to samples and keeps the ids unique."""

    def __init__(self, dataset: Dataset, columns: Columns) -> None:
        self._name = dataset.name
        self._columns = columns
        self._cells = Cells(dataset.name)
        self._seen: dict[int, int] = {}
        self._parts = text_parts(columns)
        self._is_bare = len(self._parts) == 1
        self._fixed = option_columns(columns)

    def sample(self, row: Row, index: int) -> Sample:
        columns, cells, number = self._columns, self._cells, index + 1
        text, open_spans = self._text(row, number)
        choices: tuple[str, ...] = ()
        targets: tuple[str, ...] = ()
        if columns.choices is not None:
            choices = cells.choices(row, columns.choices, number)
        if columns.target is not None and choices:
            targets = cells.chosen(row, columns.target, choices, number)
        elif columns.target is not None:
            targets = cells.texts(row, columns.target, number)
        return Sample(
            id=self._id(row, number, text, targets, choices),
            index=index,
            text=text,
            targets=targets,
            choices=choices,
            slices={name: cells.text(row, name, number) for name in columns.slices},
            cluster=None if columns.cluster is None else cells.text(row, columns.cluster, number),
            open_spans=open_spans,
        )

    def _text(self, row: Row, number: int) -> tuple[str, tuple[Span, ...] | None]:
        """Return the text, and where in it stand the cells that a template is filled from."""
        if self._is_bare:
            return self._cells.text(row, self._columns.text, number), None
        text, spans = "", []
        for part in self._parts:
            new = self._cells.text(row, part.field, number) if part.field else part.text
            if part.field and part.field not in self._fixed:
                spans.append((len(text), len(text) + len(new)))
            text += new
        return text, OpenText.within(text, spans).spans

    def _id(
        self, row: Row, number: int, text: str, targets: tuple[str, ...], choices: tuple[str, ...]
    ) -> str:
        if self._columns.id is None:
            return self._hashed(text, targets, choices)
        name = self._cells.text(row, self._columns.id, number)
        first = self._seen.setdefault(_key(name), number)
        if first != number:
            raise DataError(
                f"{self._name} row {number}",
                f"id {name!r} was used in row {first} already",
                "make the ids unique, or leave columns.id out",
            )
        return name

    def _hashed(self, text: str, targets: tuple[str, ...], choices: tuple[str, ...]) -> str:
        key = _key("\x1f".join((text, *targets, "\x1e", *choices)))
        n_before = self._seen.get(key, 0)
        self._seen[key] = n_before + 1
        return f"{key:016x}" if not n_before else f"{key:016x}-{n_before + 1}"


def _key(text: str) -> int:
    raw = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(raw, digest_size=8).digest())


def _draw(n_rows: int, limit: int | None, seed: int) -> frozenset[int] | None:
    if limit is None or limit >= n_rows:
        return None
    return frozenset(random.Random(seed).sample(range(n_rows), limit))  # noqa: S311 - no secret
