"""The sentences of WinoBias, each with the pronoun that fits the stereotype and with the other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from harness.core.errors import DataError
from harness.sources.columns import Cells
from harness.sources.dataset import Dataset, Row
from harness.sources.source import Source

MASK = "[MASK]"
OCCUPATIONS = (
    "accountant", "analyst", "assistant", "attendant", "auditor", "baker", "carpenter", "cashier",
    "CEO", "chief", "cleaner", "clerk", "construction worker", "cook", "counselor", "designer",
    "developer", "driver", "editor", "farmer", "guard", "hairdresser", "housekeeper", "janitor",
    "laborer", "lawyer", "librarian", "manager", "mechanic", "mover", "nurse", "physician",
    "receptionist", "salesperson", "secretary", "sheriff", "supervisor", "tailor", "teacher",
    "writer",
)  # fmt: skip
"""Those that the sentences are about, two in each (Zhao et al. 2018)."""
_MALE, _FEMALE = ("he", "him", "his", "himself"), ("she", "her", "hers", "herself")
_GENDER = {**dict.fromkeys(_MALE, "male"), **dict.fromkeys(_FEMALE, "female")}
_REFLEXIVE = {"himself": "herself", "herself": "himself"}
_BRACKETED = re.compile(r"\[([^\]]*)\]")
_MARK = "\x00"
_NUMBER = re.compile(r"^\d+\s+")
_OPTION = re.compile(r"^[A-Z][.)]\s*(\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """One sentence in its two forms, which differ in the gender of their pronouns alone."""

    pro: str
    """With the pronoun that fits the stereotype."""
    anti: str
    pro_pronoun: str
    anti_pronoun: str
    referent: str
    """The occupation that the pronoun stands for."""
    other: str | None
    """The other occupation; None where it cannot be told."""

    @property
    def gender(self) -> str:
        """What the stereotype takes the referent for."""
        return _GENDER[self.pro_pronoun]


def read_masked(data: Dataset) -> list[Schema]:
    """Read rows with ``text`` (the referent in brackets, a mask), ``options`` and the pro pronoun.

    Raises:
        DataError: a row is in another form.
    """
    cells = Cells(data.name)
    return [
        _masked(row, cells, f"{data.name} row {number}", number)
        for number, row in enumerate(data.rows(), start=1)
    ]


@dataclass(frozen=True, slots=True)
class Paired:
    """What the authors' two files hold together."""

    schemas: tuple[Schema, ...]
    n_unpaired: int
    """Sentences of the first file that the second one has not with pronouns of another gender."""


def read_files(pro: Source, anti: Source) -> Paired:
    """Read the authors' files of lines with the referent and its pronouns in brackets.

    Sentences are paired by their words, for the files do not have them in the same order.

    Raises:
        DataError: a line has no referent or no pronoun in brackets.
        SourceError: the bytes cannot be had.
    """
    others: dict[str, list[_Line]] = {}
    for line in _lines(anti):
        others.setdefault(line.frame, []).append(line)
    schemas, n_unpaired = [], 0
    for line in _lines(pro):
        match = next((one for one in others.get(line.frame, ()) if one.gender != line.gender), None)
        if match is None:
            n_unpaired += 1
            continue
        others[line.frame].remove(match)
        schemas.append(
            Schema(
                pro=line.text,
                anti=match.text,
                pro_pronoun=line.pronoun,
                anti_pronoun=match.pronoun,
                referent=line.referent,
                other=_other(line.text, line.referent),
            )
        )
    return Paired(tuple(schemas), n_unpaired)


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    frame: str
    """The sentence with a mark for each of its pronouns."""
    pronoun: str
    """The first one."""
    referent: str

    @property
    def gender(self) -> str:
        return _GENDER[self.pronoun]


def _masked(row: Row, cells: Cells, place: str, number: int) -> Schema:
    text = cells.text(row, "text", number).strip()
    pro = cells.text(row, "pro_stereotyped", number)
    options = _OPTION.findall(cells.text(row, "options", number))
    anti = [word for word in options if word != pro]
    if text.count(MASK) != 1 or pro not in options or len(anti) != 1:
        reason = f"{text.count(MASK)} masks, options {options} and the pronoun {pro!r}"
        raise DataError(place, f"has {reason}", "give one mask and two pronouns, one of them right")
    referent = _referent(text.replace(MASK, ""), place)
    marked = text.replace(MASK, _MARK)
    other_gender = _BRACKETED.sub(lambda found: _REFLEXIVE.get(found[1], found[1]), marked)
    plain = _without_brackets(marked)
    return Schema(
        pro=plain.replace(_MARK, pro),
        anti=other_gender.replace(_MARK, anti[0]),
        pro_pronoun=pro,
        anti_pronoun=anti[0],
        referent=referent,
        other=_other(plain, referent),
    )


def _lines(source: Source) -> list[_Line]:
    path = source.fetch()
    numbered = enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    return [_line(line, f"{path.name} line {number}") for number, line in numbered if line.strip()]


def _line(line: str, place: str) -> _Line:
    text = _NUMBER.sub("", line.strip())
    pronouns = [word.lower() for word in _BRACKETED.findall(text) if word.lower() in _GENDER]
    if not pronouns:
        raise DataError(place, "has no pronoun in brackets", "give the authors' file")
    frame = _BRACKETED.sub(lambda found: "[]" if found[1].lower() in _GENDER else found[0], text)
    return _Line(_without_brackets(text), frame, pronouns[0], _referent(text, place))


def _referent(text: str, place: str) -> str:
    named = [word for word in _BRACKETED.findall(text) if word.lower() not in _GENDER]
    found = _occupations(" ".join(named))
    if len(found) != 1:
        raise DataError(place, f"has {named} in brackets", "bracket the one occupation meant")
    return found[0]


def _other(text: str, referent: str) -> str | None:
    others = [each for each in _occupations(text) if each != referent]
    return others[0] if len(others) == 1 else None


def _occupations(text: str) -> Sequence[str]:
    return [each for each in OCCUPATIONS if re.search(rf"\b{each}\b", text, re.IGNORECASE)]


def _without_brackets(text: str) -> str:
    return _BRACKETED.sub(lambda found: found[1], text)
