"""The opposite is said: this changes the right answer, and a good model changes its own."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import ClassVar

from harness.suites.perturbations.disturbance import Disturbance
from harness.suites.perturbations.words import APOSTROPHE, in_case_of

_VERB = "is|are|was|were|am|will|would|can|could|should|must|might"
_POSITIVE = {"wo": "will", "ca": "can", "sh": "shall"}
_STATEMENT = re.compile(
    rf"\b(?P<short>(?:wo|ca|sha)n{APOSTROPHE}t|cannot)\b"
    rf"|\b(?P<negated>{_VERB}|do|does|did|has|have|had)(?:n{APOSTROPHE}t|\s+not(?!\s+only))\b"
    rf"|(?<=[^\W\d_]\s)(?P<plain>{_VERB})(?=\s+[^\W\d_])"
    r"(?!\s+(?:not|never|no|nothing|nobody|none)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Negation(Disturbance):
    """Says ``not`` at the first verb that takes it, or leaves out the ``not`` that is there.

    It is the one perturbation that changes what a text means. Against the old targets accuracy
    is to fall; a model on which it does not fall does not read the ``not``.
    """

    name: ClassVar[str] = "negation"
    version: ClassVar[int] = 1
    changes_target: ClassVar[bool] = True

    def perturb(self, text: str, rng: random.Random) -> str:
        """Return the text that says the opposite; as it is where no verb takes ``not``."""
        del rng  # nothing is drawn
        return _STATEMENT.sub(_opposite, text, count=1)


def _opposite(found: re.Match[str]) -> str:
    if short := found["short"]:
        return in_case_of(short, _POSITIVE[short[:2].lower()])
    if negated := found["negated"]:
        return negated
    return found["plain"] + (" NOT" if found["plain"].isupper() else " not")
