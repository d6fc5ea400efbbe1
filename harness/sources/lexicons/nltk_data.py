"""A data folder that NLTK accepts: stop words and WordNet, without NLTK's downloader.

TextAttack asks NLTK for both when it is imported and fails without them, so that the folder has to
be on NLTK's path before. Of WordNet's files ``cntlist.rev`` is missing, which only counts of
``Lemma.count()`` are read from.
"""

from __future__ import annotations

from pathlib import Path
from shutil import copyfile

from harness.core.errors import ConfigError
from harness.core.identity import hash_json
from harness.sources.cache import cache_dir, filled_once
from harness.sources.lexicons.morphology import PARTS_OF_SPEECH
from harness.sources.lexicons.stop_words import STOP_WORDS, stop_words_file
from harness.sources.lexicons.wordnet_files import (
    SUFFIXES,
    WORDNET,
    data_text,
    database_folder,
    irregular_forms,
)

LEXICONS = (STOP_WORDS, WORDNET)
"""What the folder is made of."""


def nltk_data() -> Path:
    """Return the folder, made if it is not there.

    Raises:
        SourceError: the packages cannot be had, or are others than the pinned ones.
    """
    key = hash_json([lexicon.hash for lexicon in LEXICONS])
    folder = cache_dir("lexicons") / f"nltk-{key[:16]}"
    if not folder.is_dir():
        with filled_once(folder) as empty:
            _fill(empty / "corpora")
    return folder


def use_nltk_data() -> Path:
    """Put the folder before all others on NLTK's path, and return it.

    Raises:
        ConfigError: NLTK is not installed.
        SourceError: as :func:`nltk_data`.
    """
    try:
        import nltk.data
    except ImportError as error:
        remedy = "pip install 'model-audit-harness[text]'"
        raise ConfigError("NLTK's data", "the package nltk is not installed", remedy) from error

    folder = nltk_data()
    if str(folder) not in nltk.data.path:
        nltk.data.path.insert(0, str(folder))
    return folder


def _fill(corpora: Path) -> None:
    (corpora / "stopwords").mkdir(parents=True)
    copyfile(stop_words_file(), corpora / "stopwords" / "english")
    wordnet, database = corpora / "wordnet", database_folder()
    wordnet.mkdir()
    for name in ("lexnames", "index.sense"):
        copyfile(database / name, wordnet / name)
    for part in PARTS_OF_SPEECH:
        suffix = SUFFIXES[part]
        copyfile(database / f"index.{suffix}", wordnet / f"index.{suffix}")
        # Bytes, not text: the indices name places in this file.
        (wordnet / f"data.{suffix}").write_bytes(data_text(part).encode())
        exceptions = (" ".join([form, *bases]) for form, bases in irregular_forms(part).items())
        (wordnet / f"{suffix}.exc").write_text("\n".join(exceptions) + "\n", encoding="utf-8")
