from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.core.response import ContinuationScore, Generation, LogLikelihoods
from harness.core.sample import Sample
from harness.core.score import Scored, Unscored
from harness.suites.metrics.choice import Choice

METRIC = Choice()


def sample_of(*choices: str, target: str) -> Sample:
    return Sample(id="q", index=0, text="?", targets=(target,), choices=choices)


def likelihoods(*values: float) -> LogLikelihoods:
    scores = tuple(ContinuationScore(value, n_tokens=1, is_greedy=False) for value in values)
    return LogLikelihoods(scores)


def measured(sample: Sample, *values: float) -> tuple[float, ...]:
    score = METRIC.measure(sample, likelihoods(*values))
    assert isinstance(score, Scored)
    return score.statistics


def test_length_decides_between_the_two_accuracies() -> None:
    # -4 over 2 characters is -2 each; -6 over 12 characters is -0.5 each.
    sample = sample_of("no", "not at night", target="not at night")
    assert measured(sample, -4.0, -6.0) == (0.0, 1.0, 0.5, 1.0)


def test_the_delimiter_is_no_part_of_the_length() -> None:
    # As lm-eval: acc_norm divides by len(choice), and the space before it does not count.
    sample = sample_of("ab", "abcd", target="abcd")
    assert measured(sample, -2.0, -3.9)[1] == 1.0
    assert measured(sample, -2.0, -4.1)[1] == 0.0


def test_a_tie_goes_to_the_first_choice() -> None:
    assert measured(sample_of("a", "b", target="a"), -1.0, -1.0)[:2] == (1.0, 1.0)
    assert measured(sample_of("a", "b", target="b"), -1.0, -1.0)[:2] == (0.0, 0.0)


def test_an_impossible_continuation_is_a_score_like_any_other() -> None:
    sample = sample_of("a", "b", target="b")
    assert measured(sample, float("-inf"), -9.0)[0] == 1.0


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (Generation(text="a", finish_reason="stop"), "log-likelihoods are needed"),
        (likelihoods(-1.0), "1 scores came back for 2 choices"),
    ],
)
def test_what_is_no_answer_to_the_question_is_unscored(output: object, reason: str) -> None:
    score = METRIC.measure(sample_of("a", "b", target="b"), output)  # type: ignore[arg-type]
    assert isinstance(score, Unscored)
    assert reason in score.reason


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=30))
def test_weights_are_repetitions(rows: list[tuple[bool, bool]]) -> None:
    statistics = np.array([[float(a), float(b), 0.25, 1.0] for a, b in rows])
    weights = np.arange(1, len(rows) + 1, dtype=np.float64)
    repeated = np.repeat(statistics, weights.astype(int), axis=0)
    expected = METRIC.reduce(repeated, np.ones((1, len(repeated))))
    np.testing.assert_allclose(METRIC.reduce(statistics, weights[None]), expected, rtol=1e-12)


def test_intervals_widen_when_questions_share_a_passage() -> None:
    hits = np.repeat([1.0, 0.0] * 20, 5)
    statistics = np.stack([hits, hits, hits * 0 + 0.25, hits * 0 + 1], axis=1)
    clusters = np.repeat(np.arange(40), 5)
    alone = METRIC.intervals(statistics, None, 0.95)["accuracy"]
    clustered = METRIC.intervals(statistics, clusters, 0.95)["accuracy"]
    assert clustered.high - clustered.low > 2 * (alone.high - alone.low)
    assert (alone.method, clustered.method) == ("wilson", "wilson-clustered")
