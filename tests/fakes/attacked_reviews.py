"""Film reviews and a classifier of them, for tests that attack it; no part of it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from harness.core.attacked import Found, Guess
from harness.core.ports import Search
from harness.sources.dataset import Dataset

REVIEWS = Dataset(
    package="vaderSentiment",
    version="3.3.2",
    sdist=True,
    sha256="5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9",
    file="vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"
    "!hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt",
    format="tsv",
    header=False,
)
EVERY = 260
"""Of 10,605 texts each of so many is attacked, and all others are learned from."""


@dataclass(frozen=True)
class Review:
    """A text, and 1 where it praises."""

    text: str
    label: int


@cache
def reviews() -> tuple[Review, ...]:
    """Return all of them."""
    return tuple(Review(row["2"].strip(), int(float(row["1"]) > 0)) for row in REVIEWS.rows())


def attacked() -> tuple[Review, ...]:
    """Return those that are attacked."""
    return reviews()[::EVERY]


@cache
def victim() -> Any:
    """Return naive Bayes on counts of words: fitted by adding up, the same on every machine."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    learned = [each for place, each in enumerate(reviews()) if place % EVERY]
    pipeline = make_pipeline(CountVectorizer(), MultinomialNB())
    return pipeline.fit([each.text for each in learned], [each.label for each in learned])


def guesses(texts: Sequence[str], label: int) -> list[Guess]:
    """Return what the classifier takes texts for."""
    return [
        Guess(
            label=str(shares.argmax()),
            is_right=bool(shares.argmax() == label),
            p_right=float(shares[label]),
        )
        for shares in victim().predict_proba(list(texts))
    ]


@dataclass(frozen=True)
class Searched:
    """What a search came to."""

    found: Found
    n_queries: int


def carried_out(search: Search, label: int, budget: int | None = None) -> Searched:
    """Let a search ask the classifier to its end; the first query was the original's."""
    n_queries = 1
    try:
        wanted = next(search)
        while True:
            texts = wanted if budget is None else wanted[: budget - n_queries]
            n_queries += len(texts)
            wanted = search.send(guesses(texts, label) if texts else [])
    except StopIteration as end:
        return Searched(end.value, n_queries)
