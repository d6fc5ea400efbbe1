"""Association tests: which words are held against which."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from harness.core.errors import ConfigError
from harness.sources.lexicons.association_words import association_words
from harness.sources.source import Source
from harness.suites.toml_sheet import read_toml_sheet

_STUDY = re.compile(r"_\d+[ab]?$")
_LEAST = 2
"""A set of one word has no spread, and nothing could be left out of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordSet:
    """Words that stand for one idea."""

    name: str
    """What they stand for, such as ``flowers``."""
    words: tuple[str, ...]
    """At least two different ones."""

    def __post_init__(self) -> None:
        """Refuse too few words, and one that stands there twice."""
        twice = [word for word in self.words if self.words.count(word) > 1]
        if twice:
            raise ConfigError("words", f"names {twice[0]!r} twice", "leave one of them out")
        if len(self.words) < _LEAST or not all(word.strip() for word in self.words):
            raise ConfigError("words", "needs two or more", 'write ["rose", "tulip"]')


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationTest:
    """Are words of ``x`` nearer to ``a`` than to ``b``, held against words of ``y``?"""

    name: str
    """Unique in its file."""
    x: WordSet
    """The first set of target words."""
    y: WordSet
    """The second set of target words; none of them stands in ``x``."""
    a: WordSet
    """The attribute words that a positive effect draws ``x`` to."""
    b: WordSet
    """The attribute words that a positive effect draws ``y`` to."""

    def __post_init__(self) -> None:
        """Refuse sets that overlap: their words cannot be dealt out anew."""
        for first, second in ((self.x, self.y), (self.a, self.b)):
            both = [word for word in first.words if word in second.words]
            if both:
                reason = f"{both[0]!r} stands in {first.name} and in {second.name}"
                raise ConfigError("", reason, "leave it out of one of them")

    @property
    def sets(self) -> tuple[WordSet, WordSet, WordSet, WordSet]:
        """All four, in the order of the paper."""
        return (self.x, self.y, self.a, self.b)

    @property
    def shown(self) -> str:
        """The test in one line."""
        return f"{self.x.name} and {self.y.name}, nearer to {self.a.name} or to {self.b.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TestSheet:
    """The tests of one file."""

    __test__ = False  # no case of pytest

    test: tuple[AssociationTest, ...]
    """At least one."""

    def __post_init__(self) -> None:
        """Refuse a file without tests, and two of one name."""
        names = [test.name for test in self.test]
        twice = [name for name in names if names.count(name) > 1]
        if not names:
            raise ConfigError("test", "is empty", "add a [[test]] table")
        if twice:
            raise ConfigError("test", f"two have the name {twice[0]!r}", "rename one of them")


def read_tests(source: Source) -> tuple[AssociationTest, ...]:
    """Read and check a file of tests.

    Raises:
        ConfigError: what is wrong in it, all at once.
        DataError: it is not TOML.
        SourceError: the bytes cannot be had.
    """
    return read_toml_sheet(TestSheet, source).test


_PUBLISHED = (
    ("1 flowers", "flowers", "insects", "pleasant_5", "unpleasant_5a"),
    ("2 instruments", "instruments", "weapons", "pleasant_5", "unpleasant_5a"),
    (
        "3 names",
        "european_american_names_5",
        "african_american_names_5",
        "pleasant_5",
        "unpleasant_5b",
    ),
    (
        "4 names",
        "european_american_names_7",
        "african_american_names_7",
        "pleasant_5",
        "unpleasant_5b",
    ),
    (
        "5 names",
        "european_american_names_7",
        "african_american_names_7",
        "pleasant_9",
        "unpleasant_9",
    ),
    ("6 career", "male_names", "female_names", "career", "family"),
    ("7 mathematics", "math", "arts", "male_terms", "female_terms"),
    ("8 science", "science", "arts_2", "male_terms_2", "female_terms_2"),
    ("9 illness", "mental_disease", "physical_disease", "temporary", "permanent"),
    ("10 age", "young_people_names", "old_people_names", "pleasant_9", "unpleasant_9"),
)
"""Name, X, Y, A and B, in the order of the paper's table."""


def published_tests() -> Iterator[AssociationTest]:
    """Yield the ten tests of Caliskan et al. (2017): a positive effect is what people show.

    Raises:
        SourceError: the word sets cannot be had.
    """
    words = association_words()
    for name, *sets in _PUBLISHED:
        x, y, a, b = (WordSet(name=_plain(each), words=words[each]) for each in sets)
        yield AssociationTest(name=name, x=x, y=y, a=a, b=b)


def _plain(name: str) -> str:
    """Return the name of a set without the number of the study that it was first used in."""
    return _STUDY.sub("", name).replace("_", " ")
