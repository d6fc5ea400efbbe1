from __future__ import annotations

import math

import numpy as np
import pytest

from harness.core.response import Generation, TokenLogLikelihoods
from harness.core.sample import Sample
from harness.core.score import Scored, Unscored
from harness.suites.metrics.perplexity import Perplexity

METRIC = Perplexity()


def statistics_of(text: str, *values: float) -> tuple[float, ...]:
    sample = Sample(id="t", index=0, text=text)
    score = METRIC.measure(sample, TokenLogLikelihoods(values=values))
    assert isinstance(score, Scored)
    return score.statistics


def reduced(*rows: tuple[float, ...]) -> dict[str, float]:
    statistics = np.array(rows)
    values = METRIC.reduce(statistics, np.ones((1, len(rows))))[0]
    return {q.id: float(v) for q, v in zip(METRIC.quantities, values, strict=True)}


def test_a_model_that_guesses_among_v_tokens_has_perplexity_v() -> None:
    found = reduced(statistics_of("a b", -math.log(50), -math.log(50)))
    assert found["token_perplexity"] == pytest.approx(50)
    assert found["nll_per_token"] == pytest.approx(math.log(50))


def test_a_sum_alone_tells_nothing_of_tokens() -> None:
    sample = Sample(id="t", index=0, text="to be")
    score = METRIC.measure(sample, TokenLogLikelihoods(values=(-6.0,), is_total=True))
    assert isinstance(score, Scored)

    found = reduced(score.statistics)

    assert not math.isfinite(found["token_perplexity"])  # an estimate of it is then undefined
    assert not math.isfinite(found["nll_per_token"])
    assert found["word_perplexity"] == pytest.approx(math.exp(6 / 2))


def test_the_definitions_of_lm_eval_over_two_texts() -> None:
    # word_perplexity = exp(-Σ ll / Σ words), bits_per_byte = -Σ ll / (Σ bytes · ln 2)
    first, second = ("to be or not", -10.0), ("to  be\n?", -6.0)
    found = reduced(*(statistics_of(text, ll / 2, ll / 2) for text, ll in (first, second)))
    assert found["word_perplexity"] == pytest.approx(math.exp(16 / (4 + 3)))
    assert found["bits_per_byte"] == pytest.approx(16 / ((12 + 8) * math.log(2)))
    assert found["token_perplexity"] == pytest.approx(math.exp(16 / 4))


def test_bytes_are_those_of_utf_8_and_lone_surrogates_do_not_break_them() -> None:
    assert statistics_of("é€😀", -1.0)[3] == 2 + 3 + 4
    assert statistics_of("\ud800", -1.0)[3] == 3


@pytest.mark.parametrize("value", [float("-inf"), float("nan")])
def test_an_undefined_likelihood_is_unscored_and_never_infinity(value: float) -> None:
    sample = Sample(id="t", index=0, text="a")
    score = METRIC.measure(sample, TokenLogLikelihoods(values=(-1.0, value)))
    assert isinstance(score, Unscored)


def test_another_kind_of_answer_is_unscored() -> None:
    sample = Sample(id="t", index=0, text="a")
    score = METRIC.measure(sample, Generation(text="a", finish_reason="stop"))
    assert isinstance(score, Unscored)
