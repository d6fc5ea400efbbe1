"""The answer normalisation of SQuAD (Rajpurkar et al. 2016, evaluation script 1.1)."""

from __future__ import annotations

import re
import string

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLE = re.compile(r"\b(?:a|an|the)\b")


def squad_normalise(text: str) -> str:
    """Lower-case, drop ASCII punctuation and English articles, squeeze white space.

    >>> squad_normalise("The cat's  whiskers.")
    'cats whiskers'
    """
    return " ".join(_ARTICLE.sub(" ", text.lower().translate(_PUNCTUATION)).split())
