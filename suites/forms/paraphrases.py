"""The same question in other words, which the data bring along."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Protocol, runtime_checkable

from harness.core.capability import Capability
from harness.core.errors import ConfigError, DataError, did_you_mean
from harness.core.ports import Suite, Task
from harness.core.request import Payload
from harness.core.sample import Sample
from harness.sources.columns import Cells, Columns, text_parts
from harness.sources.dataset import Dataset
from harness.sources.template import Part
from harness.suites.forms.form import Form, FormsTask
from harness.suites.forms.named import Named
from harness.suites.forms.scoring import forms_metric
from harness.suites.frame import cells_of, with_text

_Words = Mapping[int, tuple[str, ...]]
"""Texts by the index of a sample."""


@runtime_checkable
class _SuiteOfRows(Suite, Protocol):
    """A suite that reads its samples from the columns of a data set."""

    data: Dataset
    columns: Columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Paraphrases(Named):
    """The text of each sample, and paraphrases of it from other columns.

    What a paraphrase has to keep is the answer: that is for whoever has written the data to see to.
    """

    name: ClassVar[str] = "paraphrases"
    version: ClassVar[int] = 1

    column: str | tuple[str, ...]
    """A column whose cells are lists of paraphrases (JSON lines, Parquet), or one column for each
    paraphrase."""
    of: str | None = None
    """The column that they paraphrase; needed where ``columns.text`` names several."""
    n: int | None = None
    """How many of the paraphrases of each row to take, the first ones; without it every row must
    have as many as the others."""

    def __post_init__(self) -> None:
        """Refuse to take none."""
        if self.n is not None and self.n < 1:
            raise ConfigError("n", f"must be at least 1, not {self.n}", "write n = 1")

    def check(self, capability: Capability) -> None:
        """Take any model: all of them are shown the text."""
        del capability

    def task_of(self, suite: Suite, clean: Task, *, seed: int) -> FormsTask:
        """Return the task in several wordings; nothing is drawn."""
        del seed
        if not isinstance(suite, _SuiteOfRows):
            raise ConfigError(self.name, f"{type(suite).__name__} reads no columns", "leave it out")
        parts = text_parts(suite.columns)
        paraphrased = self._paraphrased(parts)
        fields = [part.field for part in parts if part.field]
        words = _Wordings(
            clean=clean,
            parts=parts,
            field=paraphrased,
            values={
                index: dict(zip(fields, texts, strict=True))
                for index, texts in cells_of(suite.data, clean, fields).items()
            },
            paraphrases=self._paraphrases(suite.data, clean),
        )
        n = len(next(iter(words.paraphrases.values())))
        forms = (
            Form(name="as written", put=clean.ask),
            *(
                Form(name=f"paraphrase {number + 1}", put=partial(words.put, number))
                for number in range(n)
            ),
        )
        return FormsTask(
            clean=clean,
            forms=forms,
            label=self.label,
            signature={**self.signature, "texts": words.hash},
            metrics=(forms_metric(suite, clean, forms),),
        )

    def _paraphrased(self, parts: tuple[Part, ...]) -> str:
        fields = list(dict.fromkeys(part.field for part in parts if part.field))
        if self.of is None and len(fields) == 1:
            return fields[0]
        if self.of is None:
            listed = ", ".join(map(repr, fields))
            raise ConfigError(
                "paraphrases of",
                f"is missing, and columns.text names several columns ({listed})",
                f"write of = {fields[0]!r}, or another of them",
            )
        if self.of not in fields:
            reason = f"{self.of!r} is no column of columns.text"
            raise ConfigError("paraphrases of", reason, did_you_mean(self.of, fields))
        return self.of

    def _paraphrases(self, data: Dataset, clean: Task) -> _Words:
        """Return the paraphrases of each sample, all as many.

        Raises:
            DataError: a row has too few, or another number than the rows before.
        """
        wanted = {sample.index for sample in clean.samples()}
        cells, found = Cells(data.name), dict[int, tuple[str, ...]]()
        n = self.n
        for index, row in enumerate(data.rows()):
            if index not in wanted:
                continue
            if isinstance(self.column, str):
                texts = cells.texts(row, self.column, index + 1)
            else:
                texts = tuple(cells.text(row, name, index + 1) for name in self.column)
            n = n or len(texts)
            if len(texts) < n or (self.n is None and len(texts) != n):
                least = min(n, len(texts))
                raise DataError(
                    f"{data.name} row {index + 1}",
                    f"has {len(texts)} paraphrases, {n} are needed",
                    f"write n = {least} to take the first {least} of each row, or mend the data",
                )
            found[index] = texts[:n]
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wordings:
    """The texts of all samples, and how to put another one in their place."""

    clean: Task
    parts: tuple[Part, ...]
    field: str
    """What is paraphrased."""
    values: Mapping[int, Mapping[str, str]]
    """Of all fields."""
    paraphrases: _Words

    def put(self, number: int, sample: Sample, capability: Capability) -> Payload:
        """Ask with a paraphrase."""
        values = {**self.values[sample.index]}
        values[self.field] = self.paraphrases[sample.index][number]
        text = "".join(part.filled(values) for part in self.parts)
        return self.clean.ask(with_text(sample, text), capability)

    @property
    def hash(self) -> str:
        """SHA-256 (hex) of all paraphrases."""
        digest = hashlib.sha256()
        for index in sorted(self.paraphrases):
            digest.update(json.dumps(self.paraphrases[index]).encode())
        return digest.hexdigest()
