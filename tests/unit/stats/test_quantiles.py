from math import inf

import numpy as np
import pytest
from scipy import stats

from harness.stats.delong import mid_ranks
from harness.stats.quantiles import normal_quantile, normal_share, t_quantile


@pytest.mark.parametrize("probability", [1e-12, 0.025, 0.5, 0.9, 0.9999])
def test_quantiles_are_scipys(probability: float) -> None:
    z = normal_quantile(probability)
    assert z == pytest.approx(stats.norm.ppf(probability), abs=1e-12)
    assert normal_share(z) == pytest.approx(probability, abs=1e-14)
    assert t_quantile(probability, 7) == pytest.approx(stats.t.ppf(probability, 7), rel=1e-10)


def test_the_ends_of_the_normal_distribution_are_infinite() -> None:
    assert (normal_quantile(0.0), normal_quantile(1.0)) == (-inf, inf)


@pytest.mark.parametrize("decimals", [0, 1, 9])
def test_mid_ranks_are_scipys(decimals: int) -> None:
    scores = np.round(np.random.default_rng(0).normal(size=200), decimals)
    assert mid_ranks(scores).tolist() == stats.rankdata(scores).tolist()
