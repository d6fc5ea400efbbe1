"""I am and I'm: short forms instead of full ones, or the other way."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from harness.suites.perturbations.disturbance import Disturbance
from harness.suites.perturbations.words import APOSTROPHE, in_case_of

_FULL_NOT = re.compile(
    r"\b(?P<verb>(?:is|are|was|were|do|does|did|has|have|had|would|could|should|might|must|need"
    r"|will|can)(?= )|can(?=not\b)) ?not\b(?! only\b)",
    re.IGNORECASE,
)
_IRREGULAR = {"will": "won't", "can": "can't"}
_SHORT: Mapping[str, str] = {"am": "m", "are": "re", "is": "s", "will": "ll", "would": "d"}
_FULL_VERB = re.compile(
    r"\b(?P<subject>I) (?P<am>am)(?= \w)"
    r"|\b(?P<they>you|we|they) (?P<are>are)(?= \w)"
    r"|\b(?P<it>he|she|it|that|there|here|what|who|where|how) (?P<is>is)(?= \w)"
    r"|\b(?P<any>I|you|he|she|it|we|they|that|there) (?P<will>will|would)(?= \w)",
    re.IGNORECASE,
)
_SHORT_NOT = re.compile(
    r"\b(?P<verb>is|are|was|were|do|does|did|has|have|had|would|could|should|might|must|need"
    rf"|wo|ca)(?P<not>n{APOSTROPHE}t)\b"
    r"(?!\s+(?:I|you|he|she|it|we|they|this|that|there|these|those|anyone|everyone)\b)",
    re.IGNORECASE,
)
_STEMS = {"wo": "will", "ca": "can"}
_FULL: Mapping[str, str] = {"m": "am", "re": "are", "ve": "have", "ll": "will"}
_SHORT_VERB = re.compile(
    rf"(?P<subject>\w){APOSTROPHE}(?P<verb>m|re|ve|ll)\b"
    rf"|\b(?P<it>he|she|it|that|there|here|what|who|where|how){APOSTROPHE}(?P<is>s)\b"
    r"(?! (?:been|got|had|gone|become|never been)\b)"
    rf"|\b(?P<let>let){APOSTROPHE}(?P<us>s)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contractions(Disturbance):
    """Shortens what can be shortened, or writes in full what was.

    Only where the other form is certain: ``she'd`` may be *had* or *would* and stays, and so does
    ``isn't it``, whose words would change places.
    """

    name: ClassVar[str] = "contractions"
    version: ClassVar[int] = 1

    to: Literal["short", "full"] = "short"
    """What forms are used afterwards."""

    def perturb(self, text: str, rng: random.Random) -> str:
        """Return the text in the other forms."""
        del rng  # nothing is drawn
        if self.to == "short":
            return _FULL_VERB.sub(_shortened_verb, _FULL_NOT.sub(_shortened_not, text))
        return _SHORT_VERB.sub(_full_verb, _SHORT_NOT.sub(_full_not, text))


def _shortened_not(found: re.Match[str]) -> str:
    verb = found["verb"]
    if irregular := _IRREGULAR.get(verb.lower()):
        return in_case_of(verb, irregular)
    return verb + ("N'T" if verb.isupper() else "n't")


def _shortened_verb(found: re.Match[str]) -> str:
    subject, verb = (piece for piece in found.groups() if piece is not None)
    short = _SHORT[verb.lower()]
    return f"{subject}'{short.upper() if verb.isupper() else short}"


def _full_not(found: re.Match[str]) -> str:
    verb = found["verb"]
    is_upper = verb.isupper()
    stem = _STEMS.get(verb.lower())
    full = verb if stem is None else in_case_of(verb, stem)
    return full + ("" if stem == "can" else " ") + ("NOT" if is_upper else "not")


def _full_verb(found: re.Match[str]) -> str:
    if found["let"]:
        return found["let"] + (" US" if found["us"].isupper() else " us")
    subject, verb = (found["it"], "is") if found["it"] else (found["subject"], "")
    short = found["is"] or found["verb"]
    full = verb or _FULL[short.lower()]
    return f"{subject} {full.upper() if short.isupper() else full}"
