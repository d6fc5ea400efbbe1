"""Every text metric is a functional of weights: an integer weight is a repetition."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.core.response import Generation
from harness.core.sample import Sample
from harness.core.score import Scored
from harness.suites.metrics.bleu import Bleu
from harness.suites.metrics.chrf import Chrf
from harness.suites.metrics.exact_match import ExactMatch
from harness.suites.metrics.length_ratio import LengthRatio
from harness.suites.metrics.meteor import Meteor
from harness.suites.metrics.rouge import Rouge
from harness.suites.metrics.ter import Ter
from harness.suites.metrics.token_f1 import TokenF1

METRICS: list[Any] = [
    ExactMatch(),
    ExactMatch(ignore_case=True, ignore_punctuation=True, normalise="squad"),
    TokenF1(),
    TokenF1(tokenizer="character"),
    Bleu(),
    Bleu(tokenize="char", smooth="floor"),
    Chrf(word_order=2),
    Ter(),
    Rouge(),
    Meteor(wordnet="none"),
    LengthRatio(),
]
EVERY_METRIC = pytest.mark.parametrize("metric", METRICS, ids=[str(metric) for metric in METRICS])

ANY_TEXT = st.text(st.characters(), max_size=30)  # lone surrogates, marks and controls included
LIKELY_TEXT = st.lists(st.sampled_from(["the", "cat", "猫", "แมว", "große", ".", "\n"])).map(
    " ".join
)
TEXT = st.one_of(ANY_TEXT, LIKELY_TEXT)
PAIRS = st.lists(
    st.tuples(TEXT, st.lists(TEXT, min_size=1, max_size=3), st.integers(0, 3)),
    min_size=1,
    max_size=6,
)


def rows_of(metric: Any, pairs: list[tuple[str, list[str], int]]) -> Any:
    rows = []
    for i, (answer, references, _) in enumerate(pairs):
        sample = Sample(id=str(i), index=i, text="q", targets=tuple(references))
        score = metric.measure(sample, Generation(text=answer, finish_reason="stop"))
        assert isinstance(score, Scored)
        rows.append(score.statistics)
    return np.array(rows, dtype=float)


@EVERY_METRIC
@given(pairs=PAIRS)
@settings(max_examples=40, deadline=None)
def test_a_weight_is_a_repetition(metric: Any, pairs: list[tuple[str, list[str], int]]) -> None:
    rows = rows_of(metric, pairs)
    weights = np.array([pair[2] for pair in pairs], dtype=float)
    repeated = np.repeat(rows, weights.astype(int), axis=0)
    once = metric.reduce(repeated, np.ones((1, len(repeated))))
    assert metric.reduce(rows, weights[None, :]) == pytest.approx(once, abs=1e-9, nan_ok=True)


@EVERY_METRIC
@given(pairs=PAIRS)
@settings(max_examples=40, deadline=None)
def test_values_keep_their_bounds(metric: Any, pairs: list[tuple[str, list[str], int]]) -> None:
    values = metric.reduce(rows_of(metric, pairs), np.ones((1, len(pairs))))[0]
    for value, quantity in zip(values, metric.quantities, strict=True):
        if not np.isnan(value):
            assert quantity.low is None or value >= quantity.low - 1e-9
            assert quantity.high is None or value <= quantity.high + 1e-9


@EVERY_METRIC
def test_the_reference_itself_is_the_best_answer(metric: Any) -> None:
    texts = ["The cat sat on the mat.", "我喜欢吃苹果", "ฉันรักแมวดำ", "Москва очень большой город"]
    values = metric.reduce(rows_of(metric, [(t, [t], 1) for t in texts]), np.ones((1, 4)))[0]
    for value, quantity in zip(values, metric.quantities, strict=True):
        best = {"ter": 0.0, "length_ratio": 1.0, "meteor": 1.0}.get(quantity.id, quantity.high)
        assert value == pytest.approx(best, abs=0.01)
