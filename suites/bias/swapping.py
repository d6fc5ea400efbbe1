"""Finds the terms of an axis in a text, and puts those of another group in their place."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import get_args

from harness.suites.bias.axis import Axis
from harness.suites.bias.noun_or_adjective import readings_of
from harness.suites.bias.places import (
    PLACES,
    Place,
    article_for,
    begins_sentence,
    determiner_before,
    places_of,
    word_before,
)

_IN_NAME = re.compile(r"(?:[ \t]+of)?[ \t]+[A-Z][a-z]")
"""What follows the first word of a proper name."""
_NAME_BEFORE = re.compile(
    r"(?:\b(?:South|North|East|West|New|Latin|Central|Native|African|United|Great|Air|Little|Miss"
    r"|Captain)|\b[A-Z]\w+[ \t]+(?:of|de|du)|(?P<other>\b[A-Z][\w'\u2019]*))[ \t]+$"
)
"""What stands before the last word of a proper name; ``other``: where it begins no sentence."""
_PEOPLE = re.compile(r"(?:\w+(?:ian|an|ese|ish|i|ch)|I|I['\u2019]\w+|A|An|The|He|She|We|They|God)$")
"""Words with a capital that are no name's beginning."""
_NAMING = re.compile(
    r"\b(?:names?|this|that|it|here|there)(?:\s+(?:is|was|be|are)|['\u2019]s)?\s+(?:\w+\s+)?$",
    re.IGNORECASE,
)
_ACTS = re.compile(
    r"['\u2019]s\b|\s+(?:and|or|is|was|has|had|can|could|will|would|should|may|might|must|does|did"
    r"|told|said|went|came|left|made|took|\w+ed|\w+s)\b"
)
"""What follows a person's name: a possessive, "and", or a verb."""
_PREPOSITIONS = frozenset(
    ("to", "in", "at", "from", "of", "for", "with", "without", "after", "before", "during", "by")
)
_WORD = re.compile(r"[^\W_]+")
_ARTICLE = re.compile(r"\b(an?)([ \t]+)$", re.IGNORECASE)
_LOOK_BACK = 40
"""Characters before a term that are looked at for what it belongs to."""
_JOINED = re.compile(r"\w[-\u2010\u2011/]$")
"""What a part of a longer word stands behind ("s/he", "He-man", "25-year-old man")."""
_APART = r"[ \t\u00a0\u2010\u2011-]+"
"""Between words that may be joined: "year old", "year-old"."""


class LeftOut(StrEnum):
    """Why a text has no counterfactual; the values are for readers."""

    NO_TERM = "names no group"
    SEVERAL = "names several groups"
    UNCLEAR = "has a term whose form cannot be told"
    NAME = "has a term that may be part of a name"
    TIED = "has a word that goes with one group alone, or names another"
    ALL = "names every member of its group, so that no other is left as a control"


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


_Candidate = tuple[int, int, int]
"""Group, row or member, and form of what a written term may be."""


@dataclass(frozen=True)
class Swapper:
    """The terms of one axis, ready to be looked for."""

    axis: Axis

    def find(self, text: str) -> tuple[Found, ...] | LeftOut:
        """Return all terms, which are of one group; or why the text is left out."""
        matches = list(self._matches(text))
        if not matches:
            return LeftOut.NO_TERM
        if len({candidates[0][0] for _, candidates in matches}) > 1:
            return LeftOut.SEVERAL
        found: list[Found] = []
        for match, candidates in matches:
            is_unclear = self._is_part_of_more(text, match.start()) or self._is_no_noun(text, match)
            chosen = LeftOut.UNCLEAR if is_unclear else self._chosen(candidates, text, match)
            if isinstance(chosen, LeftOut):
                return chosen
            found.append(chosen)
        words = {word.lower() for word in _WORD.findall(text)} if self.axis.unclear_beside else ()
        if self.axis.unclear_beside.intersection(words):
            return LeftOut.TIED
        has_control = not self.axis.is_drawn or self._pool(found, found[0].group)
        return tuple(found) if has_control else LeftOut.ALL

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
            term = _cased_like(
                text[each.start : each.end],
                self._listed(each),
                self._term(each, group, drawn),
                is_first=begins_sentence(text, each.start),
            )
            parts += [_with_article(before, term), term]
            place = each.end
        return "".join((*parts, text[place:]))

    def _term(self, found: Found, group: int, drawn: Mapping[int, tuple[str, ...]]) -> str:
        if self.axis.members is None:
            return self.axis.rows[found.key].terms[group]
        return drawn[found.key][found.form]

    def _listed(self, found: Found) -> str:
        """Return a term in the letters of its list."""
        if self.axis.members is None:
            return self.axis.rows[found.key].terms[found.group]
        return self.axis.members[self.axis.groups[found.group]][found.key][found.form]

    def _matches(self, text: str) -> Iterator[tuple[re.Match[str], list[_Candidate]]]:
        """Yield the terms as they are written, with all that each may be."""
        for match in self._pattern.finditer(text):
            written = match[0]
            if self.axis.is_cased and written not in self._terms:
                written = self._as_listed.get(written, "")
            if written:
                yield match, self._terms[written if self.axis.is_cased else written.lower()]

    def _is_in_name(self, found: Found, text: str) -> bool:
        """Tell by its capitals, or by those beside it, whether a term may be part of a name."""
        written, listed = text[found.start : found.end], self._listed(found)
        if written.isupper():
            return False
        usual = {listed, listed.lower()}
        if begins_sentence(text, found.start):
            usual.add(_capital(listed.lower()))
        return (
            written not in usual
            or _IN_NAME.match(text, found.end) is not None
            or (written[:1].isupper() and _ends_name(text, found.start))
        )

    def _is_given_name(self, found: Found, text: str, places: frozenset[Place]) -> bool:
        """Tell whether a term may be a person's name ("Christian told me", "This is Christian")."""
        written = text[found.start : found.end]
        if written not in self.axis.given_names or determiner_before(text, found.start):
            return False
        if places == {"alone"}:
            return _NAMING.search(text[: found.start]) is not None
        begins = begins_sentence(text, found.start)
        return len(places) > 1 and (begins or _ACTS.match(text, found.end) is not None)

    def _drawn(
        self, found: Sequence[Found], group: int, rng: random.Random
    ) -> dict[int, tuple[str, ...]]:
        """Draw a member for each one that the text names, of its own group another one."""
        if self.axis.members is None:
            return {}
        pool = self._pool(found, group)
        rng.shuffle(pool)
        keys = dict.fromkeys(each.key for each in found)
        return {key: pool[number % len(pool)] for number, key in enumerate(keys)}

    def _pool(self, found: Sequence[Found], group: int) -> list[tuple[str, ...]]:
        """Return the members of a group that may stand for those that a text names."""
        n_forms = 1 + max(each.form for each in found)
        members = (self.axis.members or {})[self.axis.groups[group]]
        own = {members[each.key] for each in found} if group == found[0].group else set()
        return [each for each in members if len(each) >= n_forms and each not in own]

    def _chosen(
        self, candidates: Sequence[_Candidate], text: str, match: re.Match[str]
    ) -> Found | LeftOut:
        """Return the term that is meant, by its place where several are written so."""
        any_of = Found(match.start(), match.end(), *candidates[0])
        if self.axis.unclear_in_names and self._is_in_name(any_of, text):
            return LeftOut.NAME
        if len(candidates) == 1 and not self.axis.tells_nouns:
            return any_of
        if self.axis.tells_nouns:
            places = readings_of(text, match.start(), match.end())
            if self._is_given_name(any_of, text, places):
                return LeftOut.NAME
        else:
            places = places_of(text, match.start(), match.end(), self.axis.unclear_after)
        if self._lacks_article(any_of, text):
            return LeftOut.UNCLEAR
        can_be = {place for each in candidates for place in self._places(each)}
        if len(places) > 1 and "before_noun" in can_be and can_be != PLACES:
            # An adjective in doubt may be a language, or stand where only a noun can.
            return LeftOut.UNCLEAR
        own = places & can_be
        chosen = {next(each for each in candidates if place in self._places(each)) for place in own}
        only = chosen.pop() if len(chosen) == 1 else None
        return Found(match.start(), match.end(), *only) if only else LeftOut.UNCLEAR

    def _is_part_of_more(self, text: str, start: int) -> bool:
        """Tell whether a term is the end of a longer word, or of an age in years."""
        before = text[max(0, start - _LOOK_BACK) : start]
        return _JOINED.search(before) is not None or self._leads_more.search(before) is not None

    def _is_no_noun(self, text: str, match: re.Match[str]) -> bool:
        """Tell whether a term that has to be a noun by itself may be more, or a name."""
        if match[0].lower() not in self.axis.unclear_unless_noun:
            return False
        places = readings_of(text, match.start(), match.end())
        is_name = match[0].istitle() or _IN_NAME.match(text, match.end()) is not None
        return is_name or places != {"as_noun"}

    def _lacks_article(self, found: Found, text: str) -> bool:
        """Tell whether a term stands without an article that another group's would need."""
        term = text[found.start : found.end].lower()
        before = word_before(text, found.start)
        return term in self.axis.unclear_after_preposition and before in _PREPOSITIONS

    def _places(self, candidate: _Candidate) -> tuple[Place, ...]:
        if self.axis.members is not None:
            places = self.axis.form_places
            return places[candidate[2]] if places else get_args(Place)
        return self.axis.rows[candidate[1]].places

    @cached_property
    def _terms(self) -> dict[str, list[_Candidate]]:
        """Group, row (or member) and form by term; a term of two groups is none of either."""
        found: dict[str, list[_Candidate]] = defaultdict(list)
        for key, row in enumerate(self.axis.rows):
            for group, term in enumerate(row.terms):
                found[term if self.axis.is_cased else term.lower()].append((group, key, 0))
        for group, name in enumerate(self.axis.groups):
            for key, member in enumerate((self.axis.members or {}).get(name, ())):
                for form, term in enumerate(member):
                    found[term if self.axis.is_cased else term.lower()].append((group, key, form))
        return {
            term: places
            for term, places in found.items()
            if len({group for group, _, _ in places}) == 1
        }

    @cached_property
    def _leads_more(self) -> re.Pattern[str]:
        leads = (_APART.join(map(re.escape, lead.split())) for lead in self.axis.unclear_behind)
        any_of = "|".join(sorted(leads)) or "(?!)"
        return re.compile(rf"(?<![^\W\d_])(?:{any_of}){_APART}$", re.IGNORECASE)

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


def _ends_name(text: str, start: int) -> bool:
    """Tell by what stands before it whether a term may be the last word of a proper name."""
    found = _NAME_BEFORE.search(text, max(0, start - 40), start)
    if found is None:
        return False
    other = found["other"]
    if other is None:
        return True
    return not begins_sentence(text, found.start("other")) and not _PEOPLE.match(other)


def _cased_like(written: str, listed: str, term: str, *, is_first: bool) -> str:
    """Return a term in the letters of what it stands for.

    Args:
        written: what it stands for.
        listed: the same as the list has it.
        term: as the list has it.
        is_first: whether it begins a sentence.
    """
    if written.isupper() and len(written) > 1:
        return term.upper()
    if written.islower() and not listed.islower():
        return term.lower()
    is_raised = written[:1].isupper() and listed[:1].islower()
    return _capital(term) if is_raised or (is_first and written[:1].isupper()) else term


def _capital(term: str) -> str:
    return term[:1].upper() + term[1:]


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
