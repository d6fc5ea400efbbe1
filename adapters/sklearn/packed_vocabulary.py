"""Vocabularies as one text each, for a cached pipeline that loads faster than it is fitted.

skops writes some 300 bytes of JSON for each entry of a dictionary. A vocabulary of word pairs has
a hundred thousand: 65 MB, and four seconds to check and load, where the fit took less than one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_SEPARATOR = "\n"


@contextmanager
def packed(pipeline: Any) -> Iterator[None]:
    """Hold every vocabulary of the pipeline as one text inside the block, and undo it after."""
    vocabularies = [
        (vectorizer, vectorizer.vocabulary_)
        for vectorizer in _vectorizers(pipeline)
        if _can_be_packed(vectorizer.vocabulary_)
    ]
    try:
        for vectorizer, vocabulary in vocabularies:
            vectorizer.vocabulary_ = _SEPARATOR.join(sorted(vocabulary, key=vocabulary.get))
        yield
    finally:
        for vectorizer, vocabulary in vocabularies:
            vectorizer.vocabulary_ = vocabulary


def unpack(pipeline: Any) -> None:
    """Turn the texts in a pipeline that was stored while packed into vocabularies again."""
    for vectorizer in _vectorizers(pipeline):
        if isinstance(vectorizer.vocabulary_, str):
            terms = vectorizer.vocabulary_.split(_SEPARATOR)
            vectorizer.vocabulary_ = {term: column for column, term in enumerate(terms)}


def _can_be_packed(vocabulary: dict[str, int]) -> bool:
    """Tell whether the columns are the terms' places and no term holds the separator."""
    columns = sorted(vocabulary.values())
    return columns == list(range(len(columns))) and not any(_SEPARATOR in t for t in vocabulary)


def _vectorizers(estimator: Any) -> Iterator[Any]:
    """Yield the fitted vectorizers of a pipeline, those within unions and pipelines as well."""
    from sklearn.feature_extraction.text import CountVectorizer

    if isinstance(estimator, CountVectorizer) and hasattr(estimator, "vocabulary_"):
        yield estimator
    for parts in ("steps", "transformer_list"):
        for part in getattr(estimator, parts, ()):
            yield from _vectorizers(part[1])
