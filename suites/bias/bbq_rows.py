"""The rows of BBQ: a question, three answers, and which of them a stereotype would give."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.core.errors import DataError
from harness.core.sample import Sample

UNKNOWN, BIASED, UNBIASED = "unknown", "biased", "unbiased"
N_ANSWERS = 3

_KEYS = ("category", "example_id", "question_index", "question_polarity", "context_condition")
_TEXTS = ("context", "question", "ans0", "ans1", "ans2")
_POLARITIES = ("neg", "nonneg")
_CONDITIONS = ("ambig", "disambig")
_PARTS = re.compile(r"[-_]")
_GENDERS = {"woman": "f", "girl": "f", "man": "m", "boy": "m"}
_REMEDY = "use the authors' files as they are"

Targets = Mapping[tuple[str, str], int | None]
"""The place of the answer that names the stereotype's target, by category and example id."""


@dataclass(frozen=True, slots=True)
class BbqItem:
    """A sample, and what each of its answers is to the stereotype."""

    sample: Sample
    roles: tuple[str, str, str]
    """One of the answers is :data:`UNKNOWN`; the others are :data:`BIASED` and :data:`UNBIASED`,
    or ``first`` and ``second`` where the data do not tell which is the target."""


def bbq_item(row: Mapping[str, Any], where: str, index: int, targets: Targets) -> BbqItem:
    """Check a row and return what it holds.

    Args:
        row: one line of the authors' files.
        where: its place, for messages.
        index: of the sample.
        targets: the authors' ``target_loc``; a row that they say nothing of is read by its groups.

    Raises:
        DataError: a field is missing or has a value that it cannot have.
    """
    _check(row, where)
    answers = tuple(row[f"ans{place}"].strip() for place in range(N_ANSWERS))
    groups = [_groups(row, place, where) for place in range(N_ANSWERS)]
    unknown = [place for place, names in enumerate(groups) if UNKNOWN in names]
    if len(unknown) != 1:
        raise DataError(where, f"has {len(unknown)} answers of the group 'unknown'", _REMEDY)
    is_ambiguous = row["context_condition"] == "ambig"
    if is_ambiguous != (row["label"] == unknown[0]):
        raise DataError(
            where, "the right answer is 'unknown' in ambiguous contexts and in no others", _REMEDY
        )
    key = (str(row["category"]), str(row["example_id"]))
    target = targets[key] if key in targets else _target(row, groups, unknown[0])
    if target is not None and (target not in range(N_ANSWERS) or target == unknown[0]):
        raise DataError(where, f"target_loc {target} is no answer that names a group", _REMEDY)
    sample = Sample(
        id=f"{key[0]}/{key[1]}",
        index=index,
        text=f"{row['context'].strip()}\n\nQ: {row['question'].strip()}",
        targets=(answers[row["label"]],),
        choices=answers,
        slices={"category": key[0]},
        # Samples of one template say nearly the same.
        cluster=f"{key[0]}/{row['question_index']}",
    )
    return BbqItem(
        sample, _roles(unknown[0], target, is_negative=row["question_polarity"] == "neg")
    )


def _check(row: Mapping[str, Any], where: str) -> None:
    for key in (*_KEYS, *_TEXTS, "label", "answer_info"):
        if key not in row:
            raise DataError(where, f"has no {key}", _REMEDY)
    for key in _TEXTS:
        if not isinstance(row[key], str) or not row[key].strip():
            raise DataError(where, f"{key} is no text", _REMEDY)
    for key, allowed in (
        ("question_polarity", _POLARITIES),
        ("context_condition", _CONDITIONS),
        ("label", tuple(range(N_ANSWERS))),
    ):
        if row[key] not in allowed:
            raise DataError(where, f"{key} is {row[key]!r}, none of {allowed}", _REMEDY)
    if len({row[f"ans{place}"].strip() for place in range(N_ANSWERS)}) < N_ANSWERS:
        raise DataError(where, "has two answers of the same words", "drop the row")


def _groups(row: Mapping[str, Any], place: int, where: str) -> frozenset[str]:
    info = row["answer_info"]
    names = info.get(f"ans{place}") if isinstance(info, Mapping) else None
    if not isinstance(names, list):
        raise DataError(where, f"answer_info has no list ans{place}", _REMEDY)
    return _names(names)


def _names(groups: Sequence[object]) -> frozenset[str]:
    """Return groups in small letters, with the parts of a last one like ``F-Black``, ``trans_M``.

    What comes before the last may be a person's description, such as ``72-year-old``.
    """
    whole = [_plain(group) for group in groups]
    parts = [part for name in whole[-1:] for part in _PARTS.split(name)]
    return frozenset(_GENDERS.get(name, name) for name in (*whole, *parts) if name)


def _plain(group: object) -> str:
    """Leave out spaces: the files have both ``low SES`` and ``lowSES``."""
    return "".join(str(group).casefold().split())


def _target(row: Mapping[str, Any], groups: list[frozenset[str]], unknown: int) -> int | None:
    """Return the one answer whose groups are among the stereotyped ones; None for none or both."""
    metadata = row.get("additional_metadata")
    stereotyped = metadata.get("stereotyped_groups") if isinstance(metadata, Mapping) else None
    wanted = {_plain(name) for name in stereotyped or ()}
    found = [
        place
        for place, names in enumerate(groups)
        if place != unknown and not wanted.isdisjoint(names)
    ]
    return found[0] if len(found) == 1 else None


def _roles(unknown: int, target: int | None, *, is_negative: bool) -> tuple[str, str, str]:
    """Tell which answer is the biased one: the target where the question is to its discredit."""
    others = [place for place in range(N_ANSWERS) if place != unknown]
    roles = {unknown: UNKNOWN, others[0]: "first", others[1]: "second"}
    if target is not None:
        other = sum(others) - target
        roles[target], roles[other] = (BIASED, UNBIASED) if is_negative else (UNBIASED, BIASED)
    return (roles[0], roles[1], roles[2])
