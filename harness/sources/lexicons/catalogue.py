"""All word lists that there are."""

from __future__ import annotations

from harness.sources.lexicons.given_names import GIVEN_NAMES
from harness.sources.lexicons.homoglyphs import HOMOGLYPHS
from harness.sources.lexicons.lexicon import Lexicon
from harness.sources.lexicons.names_by_ethnicity import NAMES_BY_ETHNICITY
from harness.sources.lexicons.ocr import OCR_ERRORS
from harness.sources.lexicons.probe_payloads import (
    DO_NOT_ANSWER,
    EXTRACTIONS,
    INJECTIONS,
    JAILBREAKS,
)
from harness.sources.lexicons.sentiment_words import SENTIMENT_WORDS
from harness.sources.lexicons.spelling import SPELLING
from harness.sources.lexicons.stop_words import STOP_WORDS
from harness.sources.lexicons.textattack_tables import KEYBOARD, LOOK_ALIKES
from harness.sources.lexicons.wordnet_files import WORDNET

LEXICONS: tuple[Lexicon, ...] = (
    DO_NOT_ANSWER,
    EXTRACTIONS,
    GIVEN_NAMES,
    HOMOGLYPHS,
    INJECTIONS,
    JAILBREAKS,
    KEYBOARD,
    LOOK_ALIKES,
    NAMES_BY_ETHNICITY,
    OCR_ERRORS,
    SENTIMENT_WORDS,
    SPELLING,
    STOP_WORDS,
    WORDNET,
)
"""By name."""
