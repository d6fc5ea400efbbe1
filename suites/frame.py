"""How a suite words its questions: what it adds to the words of a sample, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from harness.core.capability import Capability
from harness.core.ports import Suite, Task
from harness.core.request import Payload
from harness.core.sample import Sample
from harness.sources.columns import Cells, Columns, text_parts
from harness.sources.dataset import Dataset
from harness.sources.template import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What the words around a sample are, and how to ask with others in their place."""

    option: str
    """The option of the suite that the words are from, for messages."""
    parts: tuple[Part, ...]
    """The words and, between them, fields."""
    values: Callable[[Sample], Mapping[str, str]]
    """What stands in the fields, by their names."""
    put: Callable[[Sample, str, Capability], Payload]
    """Makes the question about a sample, its text being the one given."""
    labels: tuple[str, ...] = ()
    """The labels that an answer may be; empty where each sample has choices of its own, or none."""
    label_words: tuple[str, ...] = ()
    """What stands for each label in the field ``labels``."""


@runtime_checkable
class FramingSuite(Suite, Protocol):
    """A suite that tells how it words its questions."""

    def frame(self, clean: Task) -> Frame:
        """Return the words.

        Args:
            clean: what the suite has prepared.

        Raises:
            DataError: the data have changed since.
        """
        ...


def column_frame(data: Dataset, columns: Columns, clean: Task) -> Frame:
    """Return the frame of a suite whose texts are templates filled from columns.

    The cells of the samples that are asked about are held in memory.

    Args:
        data: the rows.
        columns: of them.
        clean: the task whose samples are asked about.

    Raises:
        DataError: the rows cannot be read.
    """
    parts = text_parts(columns)
    names = [part.field for part in parts if part.field]
    found = cells_of(data, clean, names)
    return Frame(
        option="columns.text",
        parts=parts,
        values=lambda sample: dict(zip(names, found[sample.index], strict=True)),
        put=lambda sample, text, capability: clean.ask(with_text(sample, text), capability),
    )


def with_text(sample: Sample, text: str) -> Sample:
    """Return the sample with another text."""
    return sample.with_text(text)


def cells_of(data: Dataset, clean: Task, names: Iterable[str]) -> dict[int, tuple[str, ...]]:
    """Return the texts of some columns, by the index of each sample that a task asks about."""
    wanted = {sample.index for sample in clean.samples()}
    cells, columns = Cells(data.name), tuple(names)
    return {
        index: tuple(cells.text(row, name, index + 1) for name in columns)
        for index, row in enumerate(data.rows())
        if index in wanted
    }
