"""How the columns of a data set map to the words of this project."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite, isnan
from typing import Any, Literal

from harness.core.errors import ConfigError, DataError, did_you_mean
from harness.sources.dataset import Row
from harness.sources.template import Part, parted

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]+)\}")
_LETTERED = re.compile(r"^\s*([A-Z])[.):]\s*(.*)$", re.DOTALL)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NO_TEXT: dict[type, str] = {dict: "a table", bytes: "bytes", list: "a list", tuple: "a list"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column whose cells need reading."""

    column: str
    """Its name."""
    format: Literal["text", "lettered", "letter", "index"] = "text"
    """``lettered``: "A. bank" lines, letters taken off. ``letter`` and ``index`` (from 0): the
    target names a choice by its place."""
    split: str | None = None
    """Cut a text cell into a list at this string."""
    threshold: float | None = None
    """Turn a number into one of two ``labels``: the second when it is above this."""
    labels: tuple[str, ...] = ("negative", "positive")
    """The labels below and above the threshold."""
    map: Mapping[str, str] = field(default_factory=dict)
    """Rename cell values, such as {"0" = "negative"}."""

    def __post_init__(self) -> None:
        """Refuse a threshold between anything but two labels.

        Raises:
            ConfigError: ``labels`` are not exactly two different ones.
        """
        if self.threshold is not None and (len(self.labels), len(set(self.labels))) != (2, 2):
            raise ConfigError(
                "labels",
                f"a threshold parts two different labels, not {', '.join(self.labels) or 'none'}",
                'write labels = ["negative", "positive"]',
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which column is what."""

    text: str
    """What is asked: a column's name, or a template such as "Question: {question}\\nAnswer:". In a
    template ``{{`` and ``}}`` stand for braces."""
    target: str | Column | None = None
    """The right answer: a label, a choice, or references (a list cell gives several)."""
    choices: str | Column | tuple[str, ...] | None = None
    """The alternatives: one list-valued column, or one column per alternative."""
    id: str | None = None
    """Unique ids. Without it a sample is named by the hash of its contents."""
    slices: tuple[str, ...] = ()
    """Columns to report by group."""
    cluster: str | None = None
    """Rows that share this column's value are not independent (one document, one source)."""

    def __post_init__(self) -> None:
        """Refuse a template that would ask the same of every row.

        Raises:
            ConfigError: a brace that opens or closes nothing, or no column between braces.
        """
        if "{" not in self.text and "}" not in self.text:
            return
        rest = _PLACEHOLDER.sub("", self.text)
        if "{" in rest or "}" in rest:
            reason = f"{self.text!r} has a brace that opens or closes nothing"
            raise ConfigError("text", reason, "write {column}, or {{ and }} for braces")
        if not any(match[1] for match in _PLACEHOLDER.finditer(self.text)):
            raise ConfigError("text", f"{self.text!r} names no column", "write {column}")


def text_parts(columns: Columns) -> tuple[Part, ...]:
    """Return what the text of a sample is made of; of a column's bare name, one field."""
    if "{" not in columns.text:
        return (Part(field=columns.text),)
    return parted(columns.text, _PLACEHOLDER)


def option_columns(columns: Columns) -> frozenset[str]:
    """Return the columns that hold the alternatives of a sample."""
    choices = columns.choices
    if choices is None:
        return frozenset()
    if isinstance(choices, Column):
        return frozenset((choices.column,))
    return frozenset((choices,) if isinstance(choices, str) else choices)


class Cells:
    """Reads the cells of one row after another, with messages that name row and column."""

    def __init__(self, dataset_name: str) -> None:
        self._name = dataset_name

    def text(self, row: Row, spec: str, number: int) -> str:
        """Return a column's text, or a template filled from several."""
        if "{" not in spec:
            return self._text(row, spec, number)
        return _PLACEHOLDER.sub(
            lambda match: self._text(row, match[1], number) if match[1] else match[0][0], spec
        )

    def texts(self, row: Row, spec: str | Column, number: int) -> tuple[str, ...]:
        """Return one or several texts of a target or choices cell."""
        column = Column(column=spec) if isinstance(spec, str) else spec
        value = self._value(row, column.column, number)
        if column.threshold is not None:
            return (self._thresholded(value, column, number),)
        cells = value if isinstance(value, (list, tuple)) else self._split(value, column, number)
        texts = [self._as_text(cell, column.column, number) for cell in cells]
        if column.format == "lettered":
            texts = [_letter_off(text) for text in texts]
        renamed = tuple(column.map.get(text, text) for text in texts)
        if not renamed or not all(text.strip() for text in renamed):
            raise self._empty(column.column, number)
        return renamed

    def texts_if_any(self, row: Row, spec: str | Column, number: int) -> tuple[str, ...]:
        """Return the texts of a cell that may as well be empty."""
        value = row.get(spec if isinstance(spec, str) else spec.column, number)
        is_blank = isinstance(value, str | list | tuple) and not any(str(x).strip() for x in value)
        return () if is_blank or _is_missing(value) else self.texts(row, spec, number)

    def choices(
        self, row: Row, spec: str | Column | tuple[str, ...], number: int
    ) -> tuple[str, ...]:
        """Return the alternatives; at least two of them."""
        if isinstance(spec, tuple):
            choices = tuple(self._text(row, name, number) for name in spec)
        else:
            choices = self.texts(row, spec, number)
        if len(choices) < 2:  # noqa: PLR2004 - one alternative is no question
            raise DataError(
                f"{self._name} row {number}",
                f"has {len(choices)} choice: {choices!r}",
                "check choices.split or choices.format",
            )
        return choices

    def chosen(
        self, row: Row, spec: str | Column, choices: tuple[str, ...], number: int
    ) -> tuple[str, ...]:
        """Return the right choice's text, given by text, letter or index."""
        form = spec.format if isinstance(spec, Column) else "text"
        answer, *more = self.texts(row, spec, number)
        if more:
            raise DataError(
                f"{self._name} row {number}",
                f"has {1 + len(more)} right choices, one is needed",
                "keep one of them, or drop the row",
            )
        if form in ("letter", "index"):
            place = _place(answer.strip()) if form == "letter" else _whole(answer)
            if not 0 <= place < len(choices):
                raise DataError(
                    f"{self._name} row {number}",
                    f"target {answer!r} names none of the {len(choices)} choices",
                    "mend it; letters start at A, index counts from 0",
                )
            return (choices[place],)
        if answer not in choices:
            raise DataError(
                f"{self._name} row {number}",
                f"target {answer!r} is none of the choices",
                did_you_mean(answer, choices),
            )
        return (answer,)

    def _text(self, row: Row, name: str, number: int) -> str:
        text = self._as_text(self._value(row, name, number), name, number)
        if not text.strip():
            raise self._empty(name, number)
        return text

    def _value(self, row: Row, name: str, number: int) -> Any:
        try:
            value = row[name]
        except KeyError:
            raise DataError(
                f"{self._name} row {number}",
                f"there is no column {name!r}",
                did_you_mean(name, row),
            ) from None
        if _is_missing(value):
            raise self._empty(name, number)
        return value

    def _as_text(self, cell: Any, column: str, number: int) -> str:
        if isinstance(cell, str):
            return cell
        if _is_missing(cell):
            raise self._empty(column, number)
        for kind, word in _NO_TEXT.items():
            if isinstance(cell, kind):
                raise DataError(
                    f"{self._name} row {number}",
                    f"column {column!r} holds {word}, not text",
                    "name another column, or flatten this one",
                )
        return str(_whole_if_integral(cell))

    def _empty(self, column: str, number: int) -> DataError:
        return DataError(
            f"{self._name} row {number}", f"column {column!r} is empty", "fill it or drop the row"
        )

    def _thresholded(self, value: Any, column: Column, number: int) -> str:
        measured = _finite(value)
        if measured is None:
            raise DataError(
                f"{self._name} row {number}",
                f"column {column.column!r} holds {value!r}, and the threshold needs a number",
                "mend the cell, or name another column",
            )
        return column.labels[measured > float(column.threshold or 0)]

    def _split(self, value: Any, column: Column, number: int) -> Iterable[Any]:
        if column.split is None and column.format != "lettered":
            return (value,)
        text = self._as_text(value, column.column, number)
        if column.split is None:
            return _lettered_lines(text)
        return [part for part in text.split(column.split) if part.strip()]


def _is_missing(cell: Any) -> bool:
    return cell is None or (isinstance(cell, float) and isnan(cell))


def _whole_if_integral(cell: Any) -> Any:
    # A column of integers that lacks one value comes as 1.0, 2.0, … from pandas.
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _letter_off(text: str) -> str:
    match = _LETTERED.match(text)
    return (match[2] if match else text).strip()


def _lettered_lines(text: str) -> list[str]:
    """Cut at each line that begins with a later letter, so that a choice may hold line breaks."""
    parts: list[str] = []
    last = ""
    for line in text.strip("\n").split("\n"):
        match = _LETTERED.match(line)
        if match and match[1] > last:
            last = match[1]
            parts.append(line)
        elif parts:
            parts[-1] += "\n" + line
        else:
            parts.append(line)
    return parts


def _place(letter: str) -> int:
    return _LETTERS.find(letter) if len(letter) == 1 else -1


def _whole(text: str) -> int:
    number = _finite(text)
    return int(number) if number is not None and number.is_integer() else -1


def _finite(cell: Any) -> float | None:
    # Python reads "1_0" as ten, which no data set means.
    if isinstance(cell, str) and "_" in cell:
        return None
    try:
        number = float(cell)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if isfinite(number) else None
