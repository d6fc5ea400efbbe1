from __future__ import annotations

import numpy as np
import pytest

from harness.core.response import Generation
from harness.core.sample import Sample
from harness.core.score import Direction, Scored
from harness.suites.metrics.length_ratio import LengthRatio


def lengths(answer: str, *references: str) -> tuple[float, ...]:
    sample = Sample(id="s", index=0, text="q", targets=references)
    score = LengthRatio().measure(sample, Generation(text=answer, finish_reason="stop"))
    assert isinstance(score, Scored)
    return score.statistics


def test_nearest_reference_counts_and_the_shorter_on_a_tie() -> None:
    assert lengths("one two three", "one", "one two three four") == (3.0, 4.0)
    assert lengths("one two three", "one two three four", "one two") == (3.0, 2.0)
    assert lengths("", "one") == (0.0, 1.0)
    assert lengths("我喜欢", "我喜欢苹果") == (3.0, 5.0)


def test_ratio_of_sums_not_mean_of_ratios() -> None:
    statistics = np.array([[1.0, 2.0], [9.0, 3.0]])
    assert LengthRatio().reduce(statistics, np.ones((1, 2)))[0, 0] == pytest.approx(10 / 5)
    assert LengthRatio().quantities[0].direction is Direction.NEITHER


def test_undefined_without_reference_tokens() -> None:
    assert np.isnan(LengthRatio().reduce(np.array([[4.0, 0.0]]), np.ones((1, 1))))[0, 0]
