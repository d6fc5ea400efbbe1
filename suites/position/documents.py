"""Questions about one document among many: the user's own, or other questions' documents."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.core.errors import DataError
from harness.sources.columns import Cells, Column
from harness.sources.dataset import Dataset
from harness.suites.position.context import Context
from harness.suites.position.grading import holds, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentColumns:
    """Which column is what."""

    question: str
    """What is asked: a column's name, or a template of several in braces."""
    answer: str | Column
    """The right answer; a list holds several, of which any one is right."""
    gold: str
    """The document that holds the answer."""
    distractors: str | Column | None = None
    """A list of documents that do not; the other questions' documents fill what lacks."""
    id: str | None = None
    """Unique names of the questions; the number of the row without it."""


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    question: str
    answers: tuple[str, ...]
    gold: str
    distractors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """Questions with their documents, and other documents around each."""

    rows: tuple[_Row, ...]
    """All of the data: of those that are not asked about, too, documents and answers are used."""
    chosen: tuple[int, ...]
    """Places of the rows that are asked about."""
    name: str
    """Of the data, for messages."""
    n_rivals: int
    seed: int

    @property
    def prompt(self) -> str:
        """Ask for an answer out of the documents."""
        return (
            "Only one of these documents answers the question below.\n\n{context}\n\n"
            "Question: {question}\nAnswer in a few words, out of that document.\nAnswer:"
        )

    @property
    def noun(self) -> str:
        """What a context is made of."""
        return "documents"

    @property
    def n_contexts(self) -> int:
        """How many questions are asked."""
        return len(self.chosen)

    def contexts(self, size: int) -> tuple[Context, ...]:
        """Return a context for each question: larger ones hold all that smaller ones do.

        Raises:
            DataError: there are not so many documents without the answer.
        """
        return tuple(self._context(place, size) for place in self.chosen)

    def joined(self, items: tuple[str, ...]) -> str:
        """Return the documents, numbered by their places."""
        numbered = enumerate(items, start=1)
        return "\n\n".join(f"Document {number}: {text}" for number, text in numbered)

    def _context(self, place: int, size: int) -> Context:
        row = self.rows[place]
        others = list(self._others(place, size - 1))
        if len(others) < size - 1:
            raise DataError(
                f"{self.name} row {place + 1}",
                f"has {len(others)} documents without the answer, and {size} documents need"
                f" {size - 1}",
                "write smaller sizes, or add distractors",
            )
        return Context(
            id=f"{row.id}, {size} documents",
            cluster=row.id,
            evidence=row.gold,
            others=tuple(others),
            question=row.question,
            answers=row.answers,
            rivals=tuple(self._rivals(place)),
        )

    def _others(self, place: int, n: int) -> Iterator[str]:
        """Yield n documents that do not hold the answer, the row's own distractors first."""
        row = self.rows[place]
        seen = {row.gold}
        for document in self._candidates(place):
            if n <= 0:
                return
            if document not in seen and not holds(document, row.answers):
                seen.add(document)
                n -= 1
                yield document

    def _candidates(self, place: int) -> Iterator[str]:
        yield from self.rows[place].distractors
        for other in self._shuffled(place, "documents"):
            yield other.gold

    def _rivals(self, place: int) -> Iterator[str]:
        """Yield answers to other questions that are no answer to this one."""
        seen = {plain(answer) for answer in self.rows[place].answers}
        n = self.n_rivals
        for other in self._shuffled(place, "rivals"):
            rival = other.answers[0]
            if n <= 0:
                return
            if plain(rival) not in seen:
                seen.add(plain(rival))
                n -= 1
                yield rival

    def _shuffled(self, place: int, what: str) -> Iterator[_Row]:
        rng = random.Random(f"{self.seed}/{what}/{self.rows[place].id}")  # noqa: S311 - no secret
        order = [other for other in range(len(self.rows)) if other != place]
        rng.shuffle(order)
        return (self.rows[other] for other in order)


def read_documents(
    data: Dataset, columns: DocumentColumns, *, n: int, n_rivals: int, seed: int
) -> Documents:
    """Read the questions and draw those that are asked.

    Args:
        data: where the rows are.
        columns: what they mean.
        n: most questions to ask.
        n_rivals: wrong answers beside the right one, for a model that can only score.
        seed: of all draws.

    Raises:
        DataError: no rows, an empty cell, a repeated id, or a document without its answer.
        SourceError: the bytes cannot be had.
    """
    rows = tuple(_rows(data, columns))
    if not rows:
        raise DataError(data.name, "has no rows", "give a data set with at least one")
    _check_ids(rows, data.name)
    chosen: Sequence[int] = range(len(rows))
    if n < len(rows):
        chosen = sorted(random.Random(seed).sample(chosen, n))  # noqa: S311 - no secret
    return Documents(rows=rows, chosen=tuple(chosen), name=data.name, n_rivals=n_rivals, seed=seed)


def _rows(data: Dataset, columns: DocumentColumns) -> Iterator[_Row]:
    cells = Cells(data.name)
    for number, row in enumerate(data.rows(), start=1):
        found = _Row(
            id=str(number) if columns.id is None else cells.text(row, columns.id, number),
            question=cells.text(row, columns.question, number),
            answers=cells.texts(row, columns.answer, number),
            gold=cells.text(row, columns.gold, number),
            distractors=()
            if columns.distractors is None
            else cells.texts_if_any(row, columns.distractors, number),
        )
        if not holds(found.gold, found.answers):
            raise DataError(
                f"{data.name} row {number}",
                f"the document in {columns.gold!r} does not hold the answer {found.answers[0]!r}",
                "mend the row or drop it: its answer could not be found at any depth",
            )
        yield found


def _check_ids(rows: Sequence[_Row], name: str) -> None:
    seen: set[str] = set()
    for row in rows:
        if row.id in seen:
            raise DataError(name, f"uses the id {row.id!r} twice", "make the ids unique")
        seen.add(row.id)
