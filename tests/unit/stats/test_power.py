import numpy as np
import pytest
from statsmodels.stats.power import NormalIndPower, TTestPower

from harness.stats.power import difference_variance, minimum_detectable_effect, needed_n, power


@pytest.mark.parametrize("effect", [0.0, 0.1, 0.35, 0.8])
@pytest.mark.parametrize("n", [4, 8, 60])
def test_power_of_t_is_that_of_statsmodels(effect: float, n: int) -> None:
    expected = TTestPower().power(effect, nobs=n, alpha=0.05)
    found = power(effect, 1 / np.sqrt(n), degrees_of_freedom=n - 1)
    assert found == pytest.approx(expected, abs=1e-9)


def test_normal_power_is_that_of_statsmodels() -> None:
    expected = NormalIndPower(ddof=0).power(0.3, nobs1=50, alpha=0.01, ratio=0)
    assert power(0.3, 1 / np.sqrt(50), alpha=0.01) == pytest.approx(expected, abs=1e-12)


def test_the_smallest_detectable_effect_is_that_of_statsmodels() -> None:
    expected = TTestPower().solve_power(nobs=8, alpha=0.05, power=0.9)
    found = minimum_detectable_effect(1 / np.sqrt(8), target=0.9, degrees_of_freedom=7)
    assert found == pytest.approx(expected, rel=1e-6)


def test_millers_worked_example() -> None:
    assert needed_n(0.03, 1 / 9) == 969
    assert minimum_detectable_effect(np.sqrt(1 / 9 / 969)) == pytest.approx(0.03, abs=1e-5)
    # Five answers to each question instead of one leave a fifth of the answers' own variance.
    assert difference_variance(1 / 9, 1 / 6, 1 / 6) == pytest.approx(1 / 9 + 1 / 3)
    several = difference_variance(1 / 9, 1 / 6, 1 / 6, n_answers_a=5, n_answers_b=5)
    assert several == pytest.approx(1 / 9 + 1 / 15)


@pytest.mark.parametrize(("discordance", "percent"), [(0.2, 4.0), (0.1, 2.8), (0.05, 2.0)])
def test_binary_pairs_of_a_thousand_samples(discordance: float, percent: float) -> None:
    effect = minimum_detectable_effect(np.sqrt(discordance / 1000))
    assert 100 * effect == pytest.approx(percent, abs=0.05)
