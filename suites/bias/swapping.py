"""Finds the terms of an axis in a text, and puts those of another group in their place."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from harness.suites.bias.axis import Axis
from harness.suites.bias.places import article_for, place_of

_ARTICLE = re.compile(r"\b(an?)([ \t]+)$", re.IGNORECASE)


class LeftOut(StrEnum):
    """Why a text has no counterfactual; the values are for readers."""

    NO_TERM = "names no group"
    SEVERAL = "names several groups"
    UNCLEAR = "has a term whose form cannot be told"


@dataclass(frozen=True, slots=True)
class Found:
    """One term in a text."""

    start: int
    end: int
    group: int
    key: int
    """Row of the axis, or place of the member among its group's."""
    form: int = 0
    """Of a member."""


@dataclass(frozen=True)
class Swapper:
    """The terms of one axis, ready to be looked for."""

    axis: Axis

    def find(self, text: str) -> tuple[Found, ...] | LeftOut:
        """Return all terms, which are of one group; or why the text is left out."""
        found: list[Found] = []
        for match in self._pattern.finditer(text):
            written = match[0]
            if self.axis.is_cased and written not in self._terms:
                written = self._as_listed.get(written, "")
                if not written:
                    continue
            candidates = self._terms[written if self.axis.is_cased else written.lower()]
            chosen = self._chosen(candidates, text, match)
            if chosen is None:
                return LeftOut.UNCLEAR
            found.append(chosen)
        if not found:
            return LeftOut.NO_TERM
        groups = {each.group for each in found}
        return LeftOut.SEVERAL if len(groups) > 1 else tuple(found)

    def swapped(self, text: str, found: Sequence[Found], group: int, rng: random.Random) -> str:
        """Return the text with each term replaced by one of a group.

        Equal terms get equal counterparts, different ones different counterparts as far as there
        are any.

        Args:
            text: that the terms were found in.
            found: the terms.
            group: to change to; the terms' own for other members of the same group.
            rng: draws members.
        """
        drawn = self._drawn(found, group, rng)
        parts, place = [], 0
        for each in found:
            before = text[place : each.start]
            written = text[each.start : each.end]
            term = _cased_like(written, self._term(each, group, drawn), is_cased=self.axis.is_cased)
            parts += [_with_article(before, term), term]
            place = each.end
        return "".join((*parts, text[place:]))

    def _term(self, found: Found, group: int, drawn: Mapping[int, tuple[str, ...]]) -> str:
        if self.axis.members is None:
            return self.axis.rows[found.key].terms[group]
        return drawn[found.key][found.form]

    def _drawn(
        self, found: Sequence[Found], group: int, rng: random.Random
    ) -> dict[int, tuple[str, ...]]:
        """Draw a member for each one that the text names, of its own group another one."""
        if self.axis.members is None:
            return {}
        keys = list(dict.fromkeys(each.key for each in found))
        pool = list(self.axis.members[self.axis.groups[group]])
        if group == found[0].group:
            pool = [member for place, member in enumerate(pool) if place not in keys] or pool
        rng.shuffle(pool)
        return {key: pool[number % len(pool)] for number, key in enumerate(keys)}

    def _chosen(
        self, candidates: Sequence[tuple[int, int, int]], text: str, match: re.Match[str]
    ) -> Found | None:
        """Return the term that is meant, by its place where several are written so."""
        if len(candidates) == 1:
            return Found(match.start(), match.end(), *candidates[0])
        place = place_of(text, match.start(), match.end(), self.axis.unclear_after)
        for group, key, form in candidates:
            if place in self.axis.rows[key].places:
                return Found(match.start(), match.end(), group, key, form)
        return None

    @cached_property
    def _terms(self) -> dict[str, list[tuple[int, int, int]]]:
        """Group, row (or member) and form by term; a term of two groups is none of either."""
        found: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        for key, row in enumerate(self.axis.rows):
            for group, term in enumerate(row.terms):
                found[term if self.axis.is_cased else term.lower()].append((group, key, 0))
        for group, name in enumerate(self.axis.groups):
            for key, member in enumerate((self.axis.members or {}).get(name, ())):
                for form, term in enumerate(member):
                    found[term].append((group, key, form))
        return {
            term: places
            for term, places in found.items()
            if len({group for group, _, _ in places}) == 1
        }

    @cached_property
    def _as_listed(self) -> dict[str, str]:
        return {term.upper(): term for term in self._terms if len(term) > 1}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        ranked = sorted(self._terms, key=len, reverse=True)
        return re.compile(
            rf"(?<![\w@#])(?:{'|'.join(map(re.escape, ranked))})(?!\w)",
            re.IGNORECASE,
        )


def _cased_like(written: str, term: str, *, is_cased: bool) -> str:
    """Return a term in the letters of what it stands for."""
    if written.isupper() and len(written) > 1:
        return term.upper()
    if is_cased and written[:1].islower() == term[:1].islower():
        return term
    return term[:1].upper() + term[1:] if written[:1].isupper() else term


def _with_article(before: str, term: str) -> str:
    """Mend the indefinite article that stands right before a term."""
    found = _ARTICLE.search(before)
    if found is None:
        return before
    article = article_for(term)
    if found[1].isupper() and len(found[1]) > 1:
        article = article.upper()
    elif found[1][0].isupper():
        article = article.capitalize()
    return f"{before[: found.start()]}{article}{found[2]}"
