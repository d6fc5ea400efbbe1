"""The axes that come with the harness, and those of a user's own file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from harness.sources.lexicons.given_names import GIVEN_NAMES, given_names
from harness.sources.lexicons.lexicon import Lexicon
from harness.sources.lexicons.names_by_ethnicity import NAMES_BY_ETHNICITY, names_by_ethnicity
from harness.suites.bias.axis import Axis, read_axis

AxisName = Literal[
    "gender",
    "religion",
    "nationality",
    "age",
    "disability",
    "names_by_gender",
    "names_by_ethnicity",
]
AXES: tuple[AxisName, ...] = get_args(AxisName)
_TERMS = Path(__file__).parent / "terms"
_LEXICONS: Mapping[str, tuple[Lexicon, ...]] = {
    "names_by_gender": (GIVEN_NAMES,),
    "names_by_ethnicity": (NAMES_BY_ETHNICITY,),
}


def lexicons_behind(name: str | None) -> tuple[Lexicon, ...]:
    """Return the word lists out of packages that an axis is made of."""
    return _LEXICONS.get(name or "", ())


@cache
def named_axis(name: AxisName) -> Axis:
    """Return an axis by its name.

    Raises:
        SourceError: its word list cannot be had.
    """
    if name == "names_by_gender":
        female, male = given_names("female"), given_names("male")
        return _of_names({"female": female, "male": male})
    if name == "names_by_ethnicity":
        return _of_names(names_by_ethnicity())
    return read_axis(_TERMS / f"{name}.toml")


def _of_names(names: Mapping[str, tuple[str, ...]]) -> Axis:
    """Return an axis of names, without those that are words and those that groups share."""
    words = tomllib.loads((_TERMS / "names_that_are_words.toml").read_text(encoding="utf-8"))
    is_word = set(words["names"])
    groups = tuple(names)
    members = {}
    for group in groups:
        others = {name for other in groups if other != group for name in names[other]}
        kept = (name for name in names[group] if name not in is_word and name not in others)
        members[group] = tuple((name,) for name in kept)
    return Axis(groups=groups, members=members, is_cased=True)
