"""Where in a sentence a word stands, told from its neighbours alone.

No parser is at hand; what cannot be told is said to be unclear, and is for the caller to leave out.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal

Place = Literal["before_noun", "alone", "as_noun"]
"""``before_noun``: a word of meaning follows ("her book", "Jewish man"). ``as_noun``: none does,
and an article or a number is before ("a Jew"). ``alone``: neither ("saw her", "is Jewish")."""

_NEXT = re.compile(r"[ \t]+([^\W\d_]+)")
_BEFORE = re.compile(r"([^\W_]+)[ \t]+$")
_LOOK_BACK = 40
"""Characters before a word that are looked at for the one before it."""
_DETERMINERS = frozenset(
    re.findall(
        r"\w+", "a an the this that these those one two three every each some any no another"
    )
)
_FUNCTION_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a about above after again against all also although always am an and any are as at away
        back be because been before being below between both but by can could did do
        does down during each even ever every for from had has have having he her here
        him his how i if in into is it its just later like maybe me might more most must
        my never no nor not now of off often on once one only or our out over own really
        s she should since so some soon still such than that the their them then there
        these they this those though through to today tomorrow tonight too under until
        up us very was we well were what when where which while who whom whose why will
        with without would yesterday yet you your""",
    )
)
"""English words of grammar, and adverbs that stand behind an object: none is a noun with a
determiner before it. ``own`` is one after all."""
_BEFORE_A_NOUN = frozenset({"own", "most", "very", "more"})
_SILENT = ("heir", "hour", "honest", "honour", "honor")
_LIKE_YOU = ("eu", "uk", "uni", "usu", "use", "usa", "one", "once")


def place_of(text: str, start: int, end: int, unclear_after: Collection[str]) -> Place | None:
    """Return the place of the word at text[start:end]; None where it cannot be told.

    Args:
        text: a sentence or more.
        start: of the word.
        end: behind its last character.
        unclear_after: words that take two objects or a clause, in lower case: after them a noun
            may be the word's own or the next object.

    >>> place_of("I saw her.", 6, 9, ()), place_of("I like her book", 7, 10, ())
    ('alone', 'before_noun')
    >>> place_of("I gave her books", 7, 10, {"gave"}) is None
    True
    """
    follows, before = _NEXT.match(text, end), word_before(text, start)
    word = follows[1].lower() if follows else ""
    if word and (word not in _FUNCTION_WORDS or word in _BEFORE_A_NOUN):
        return None if before in unclear_after else "before_noun"
    return "as_noun" if before in _DETERMINERS or before.isdigit() else "alone"


def word_before(text: str, start: int) -> str:
    """Return the word before a place, in lower case; empty where a sign is between, or none is."""
    found = _BEFORE.search(text[max(0, start - _LOOK_BACK) : start])
    return found[1].lower() if found else ""


def article_for(word: str) -> str:
    """Return the indefinite article of a word by its spelling.

    >>> [article_for(word) for word in ("heiress", "aunt", "European", "Muslim")]
    ['an', 'an', 'a', 'a']
    """
    low = word.lower()
    if low.startswith(_SILENT):
        return "an"
    return "an" if low[:1] in set("aeiou") and not low.startswith(_LIKE_YOU) else "a"
