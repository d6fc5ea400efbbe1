"""The same words score the same, however Unicode writes their accents."""

from __future__ import annotations

import unicodedata
from typing import Literal

import pytest

from harness.core.response import Generation
from harness.core.sample import Sample
from harness.core.score import Scored
from harness.suites.metrics.against_references import AgainstReferences
from harness.suites.metrics.chrf import Chrf
from harness.suites.metrics.exact_match import ExactMatch
from harness.suites.metrics.length_ratio import LengthRatio
from harness.suites.metrics.meteor import Meteor
from harness.suites.metrics.rouge import Rouge
from harness.suites.metrics.token_f1 import TokenF1

FORMS: tuple[Literal["NFC"], Literal["NFD"]] = ("NFC", "NFD")
TEXTS = ("Où est le café près d\u2019ici ?", "Người Việt", "한국어", "Ёлка и чай")


def statistics(metric: AgainstReferences, answer: str, reference: str) -> tuple[float, ...]:
    sample = Sample(id="s", index=0, text="q", targets=(reference,))
    score = metric.measure(sample, Generation(text=answer, finish_reason="stop"))
    assert isinstance(score, Scored)
    return score.statistics


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(
    "metric",
    [
        ExactMatch(),
        ExactMatch(normalise="squad"),
        TokenF1(),
        TokenF1(tokenizer="default"),
        Rouge(),
        Meteor(wordnet="none"),
        LengthRatio(),
        LengthRatio(tokenizer="default"),
    ],
    ids=repr,
)
def test_composed_and_decomposed_texts_are_the_same_text(
    metric: AgainstReferences, text: str
) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in FORMS)
    assert composed != decomposed
    expected = statistics(metric, composed, composed)
    assert statistics(metric, decomposed, composed) == expected
    assert statistics(metric, composed, decomposed) == expected
    assert statistics(metric, decomposed, decomposed) == expected
    assert metric.unicode == "nfc"


@pytest.mark.parametrize(
    "metric", [ExactMatch(), TokenF1(), Rouge(), Meteor(wordnet="none"), LengthRatio()], ids=repr
)
def test_the_signature_says_so(metric: ExactMatch | TokenF1 | Rouge | Meteor | LengthRatio) -> None:
    assert metric.signature["unicode"] == "nfc"


def test_sacrebleu_gets_texts_as_they_are() -> None:
    composed, decomposed = (unicodedata.normalize(form, "café") for form in FORMS)
    assert statistics(Chrf(), decomposed, composed) != statistics(Chrf(), composed, composed)
