"""How word lists are named, listed and brought."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass, replace

import pytest

from harness.core.errors import SourceError
from harness.sources import lexicons
from harness.sources.lexicons.catalogue import LEXICONS
from harness.sources.lexicons.fetching import lexicons_of, packages_of
from harness.sources.lexicons.lexicon import Lexicon, lexicon_hashes
from harness.sources.lexicons.spelling import SPELLING
from harness.sources.lexicons.stop_words import STOP_WORDS
from harness.sources.locate import check_fields
from harness.sources.source import Source


@dataclass(frozen=True)
class User:
    lexicons: tuple[Lexicon, ...]


def test_the_catalogue_has_every_list_by_name() -> None:
    modules = [
        importlib.import_module(f"{lexicons.__name__}.{found.name}")
        for found in pkgutil.iter_modules(lexicons.__path__)
    ]
    made = {
        value.name: value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, Lexicon)
    }
    assert {lexicon.name: lexicon for lexicon in LEXICONS} == made
    names = [lexicon.name for lexicon in LEXICONS]
    assert names == sorted(names, key=str.lower)


@pytest.mark.parametrize("lexicon", LEXICONS, ids=lambda lexicon: lexicon.name)
def test_every_list_is_pinned_and_has_a_licence(lexicon: Lexicon) -> None:
    assert lexicon.licence
    assert lexicon.holds
    for source in lexicon.sources:
        check_fields(source)
        assert source.package is not None


def test_lists_are_told_apart_by_their_hashes() -> None:
    hashes = [lexicon.hash for lexicon in LEXICONS]
    assert len(set(hashes)) == len(hashes)
    (source,) = SPELLING.sources
    others = [
        replace(SPELLING, version=2),
        replace(SPELLING, sources=(replace(source, sha256="0" * 64),)),
        replace(SPELLING, sources=(replace(source, file="b"),)),
    ]
    assert SPELLING.hash not in {other.hash for other in others}
    assert replace(SPELLING, holds="words").hash == SPELLING.hash


def test_a_signature_has_the_hash_of_each() -> None:
    assert lexicon_hashes(STOP_WORDS, SPELLING) == {
        "stop words": STOP_WORDS.hash,
        "spelling": SPELLING.hash,
    }


def test_lists_of_several_users_are_met_once() -> None:
    users = [User((STOP_WORDS,)), object(), User((SPELLING, STOP_WORDS)), None]
    assert lexicons_of(users) == [STOP_WORDS, SPELLING]


def test_a_package_is_named_once() -> None:
    twice = replace(STOP_WORDS, sources=STOP_WORDS.sources * 2)
    assert packages_of(twice) == "llama-index-core==0.14.25"


def test_a_missing_list_is_told_with_its_package_and_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_network(source: Source) -> None:
        raise SourceError(f"{source.package}=={source.version}: pip could not fetch it")

    monkeypatch.setattr(Source, "fetch", no_network)
    with pytest.raises(SourceError) as raised:
        STOP_WORDS.fetch()
    assert str(raised.value) == (
        "word list 'stop words': llama-index-core==0.14.25: pip could not fetch it; run 'harness "
        "data fetch SPEC' once with a network"
    )
