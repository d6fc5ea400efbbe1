import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from harness.stats.multiplicity import benjamini_hochberg, holm


@pytest.mark.parametrize("n_tests", [1, 2, 7, 30, 1000])
def test_both_are_statsmodels_and_in_the_order_given(n_tests: int) -> None:
    p_values = np.random.default_rng(n_tests).beta(0.5, 3.0, size=n_tests)
    p_values[::3] = p_values[0]  # ties
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1], abs=1e-15)
    expected = multipletests(p_values, method="fdr_bh")[1]
    assert benjamini_hochberg(p_values) == pytest.approx(expected, abs=1e-15)


def test_ranks_follow_the_size_of_p_and_no_test_is_an_answer() -> None:
    # Peer defect 13: ranks by position in the list, and an error for an empty one.
    p_values = np.array([0.9, 0.001, 0.5, 0.02])
    assert benjamini_hochberg(p_values) == pytest.approx([0.9, 0.004, 2 / 3, 0.04])
    assert holm(p_values) == pytest.approx([1.0, 0.004, 1.0, 0.06])
    assert holm(np.zeros(0)).size == benjamini_hochberg(np.zeros(0)).size == 0


@pytest.mark.parametrize("wrong", [np.nan, -0.1, 1.1])
def test_a_test_without_a_p_is_refused(wrong: float) -> None:
    for adjust in (holm, benjamini_hochberg):
        with pytest.raises(ValueError, match="leave out the tests"):
            adjust(np.array([0.1, wrong]))
