"""The cases of behavioural tests: a text with its label, or an original with its variants."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.core.errors import ConfigError
from harness.core.identity import hash_json
from harness.core.sample import Sample
from harness.suites.behaviour.sheet import BehaviouralTest, Sheet
from harness.suites.behaviour.templates import (
    ORIGINAL,
    check_known,
    filled,
    fillings,
    n_fillings,
)
from harness.suites.behaviour.words import words_of
from harness.suites.expectation import TEST

MOST_CASES = 100_000
"""A test that comes to more has to say how many are to be drawn."""
CAPABILITY, KIND = "capability", "kind"
"""Slices that numbers are repeated for, beside ``TEST``."""


@dataclass(frozen=True, slots=True)
class Case:
    """What one expectation is about."""

    test: BehaviouralTest
    texts: tuple[str, ...]
    """The original and its variants; the one text of an ``MFT``."""

    @property
    def id(self) -> str:
        """Made of the texts and the test's name: no other case of its suite has the same."""
        text = "\x1f".join((self.test.name, *self.texts)).encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Cases:
    """All cases of a suite, as samples."""

    cases: tuple[Case, ...]

    @property
    def n_samples(self) -> int:
        """How many cases."""
        return len(self.cases)

    @property
    def data_hash(self) -> str:
        """SHA-256 (hex) over texts and expectations, in order."""
        told = {}
        for case in self.cases:
            expectation = case.test.expectation
            told[case.id] = [
                *(case.test.name, case.test.capability, case.test.kind),
                *(expectation.what, expectation.label, expectation.margin),
                *case.texts,
            ]
        return hash_json(told)

    def __iter__(self) -> Iterator[Sample]:
        """Yield each case as a sample about its original."""
        for index, case in enumerate(self.cases):
            test = case.test
            yield Sample(
                id=case.id,
                index=index,
                text=case.texts[0],
                targets=() if test.label is None else (test.label,),
                slices={TEST: test.name, CAPABILITY: test.capability, KIND: test.kind},
            )


def cases_of(sheet: Sheet, *, limit: int | None, seed: int) -> Cases:
    """Return the cases of all tests, in the order of the file.

    What is drawn for a test depends on the seed, its name and its own words and templates.

    Args:
        sheet: the tests.
        limit: keep this many cases, drawn among all; None for all.
        seed: of every draw.

    Raises:
        ConfigError: a placeholder has no words, or a test comes to too many cases.
        SourceError: words come from a package that cannot be had.
    """
    words = {name: words_of(entry) for name, entry in sheet.words.items()}
    cases = [case for test in sheet.test for case in _cases(test, words, seed)]
    unique = list({case.id: case for case in cases}.values())
    if limit is not None and limit < len(unique):
        chosen = sorted(random.Random(seed).sample(range(len(unique)), limit))  # noqa: S311 - no secret
        unique = [unique[place] for place in chosen]
    return Cases(tuple(unique))


def _cases(test: BehaviouralTest, words: Mapping[str, Sequence[str]], seed: int) -> Iterator[Case]:
    where = f"test {test.name!r}"
    rng = random.Random(f"{seed}/{test.name}")  # noqa: S311 - no secret
    own = {template: _settled(test, template) for template in test.templates}
    for template in test.templates:
        check_known(test.names_in(template), words, where)
    if test.vary is not None and len(words[test.vary]) < 2:  # noqa: PLR2004 - one and another
        raise ConfigError(where, f"{{{test.vary}}} has one word alone", "give words to vary it")
    n_all = sum(n_fillings(names, words) for names in own.values())
    if (test.n or n_all) > MOST_CASES:
        raise ConfigError(
            where, f"comes to {test.n or n_all} cases", f"write n = 200, at most {MOST_CASES}"
        )
    for template, n in zip(test.templates, _shares(test, own, words), strict=True):
        for filling in fillings(own[template], words, n, rng):
            yield Case(test, _texts(test, template, filling, words, rng))


def _settled(test: BehaviouralTest, template: str) -> tuple[str, ...]:
    """Return the placeholders that have one word throughout a case."""
    return tuple(name for name in test.names_in(template) if name != test.vary)


def _shares(
    test: BehaviouralTest,
    own: Mapping[str, Sequence[str]],
    words: Mapping[str, Sequence[str]],
) -> list[int | None]:
    """Deal the cases to draw out to the templates, as evenly as their numbers allow."""
    if test.n is None:
        return [None for _ in test.templates]
    rooms = [n_fillings(own[template], words) for template in test.templates]
    shares = [0 for _ in rooms]
    left = test.n
    # The templates with the fewest fillings first: what they cannot take goes to the others.
    order = sorted(range(len(rooms)), key=rooms.__getitem__)
    for n_done, place in enumerate(order):
        shares[place] = min(rooms[place], left // (len(rooms) - n_done))
        left -= shares[place]
    return list(shares)


def _texts(
    test: BehaviouralTest,
    template: str,
    filling: Mapping[str, str],
    words: Mapping[str, Sequence[str]],
    rng: random.Random,
) -> tuple[str, ...]:
    if test.vary is not None:
        available = words[test.vary]
        n = min(test.variants + 1, len(available))
        drawn = rng.sample(range(len(available)), n)
        varied = (available[place] for place in drawn)
        return tuple(filled(template, {**filling, test.vary: word}) for word in varied)
    original = filled(template, filling)
    variants = (filled(each, {**filling, ORIGINAL: original}) for each in test.becomes)
    return (original, *variants)
