"""From an inflected English form to its base forms, by the rules of WordNet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, get_args

PartOfSpeech = Literal["n", "v", "a", "r"]
"""Noun, verb, adjective, adverb."""
PARTS_OF_SPEECH: tuple[PartOfSpeech, ...] = get_args(PartOfSpeech)
"""In the order in which WordNet's interfaces go through them."""

_ENDINGS: Mapping[PartOfSpeech, tuple[tuple[str, str], ...]] = {
    "n": (
        ("s", ""),
        ("ses", "s"),
        ("ves", "f"),
        ("xes", "x"),
        ("zes", "z"),
        ("ches", "ch"),
        ("shes", "sh"),
        ("men", "man"),
        ("ies", "y"),
    ),
    "v": (
        ("s", ""),
        ("ies", "y"),
        ("es", "e"),
        ("es", ""),
        ("ed", "e"),
        ("ed", ""),
        ("ing", "e"),
        ("ing", ""),
    ),
    "a": (("er", ""), ("est", ""), ("er", "e"), ("est", "e")),
    "r": (),
}
"""Endings of an inflection and of its base; the manual page morphy(7WN) of WordNet 3.0, with the
noun rule 'ves' that NLTK adds."""


def base_forms(
    form: str,
    part: PartOfSpeech,
    irregular: Mapping[str, Sequence[str]],
    is_known: Callable[[str], object],
) -> tuple[str, ...]:
    """Return the known words that a form may be an inflection of, itself first when it is known.

    As NLTK 3.10 does it: an irregular form goes by its entry alone, and the endings are taken off
    once.

    Args:
        form: in lower case, spaces as underscores.
        part: the part of speech it is taken for.
        irregular: base forms of the irregular inflections of this part of speech.
        is_known: is true of a word that the dictionary has in this part of speech.

    >>> base_forms("leaves", "n", {}, {"leave", "leaf"}.__contains__)
    ('leave', 'leaf')
    """
    bases = irregular[form] if form in irregular else _without_ending(form, part)
    return tuple(dict.fromkeys(base for base in (form, *bases) if is_known(base)))


def _without_ending(form: str, part: PartOfSpeech) -> Iterator[str]:
    for ending, base_ending in _ENDINGS[part]:
        if form.endswith(ending):
            yield form.removesuffix(ending) + base_ending
