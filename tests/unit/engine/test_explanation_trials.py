from __future__ import annotations

from fractions import Fraction
from math import ceil

import numpy as np
import pytest
from numpy.typing import NDArray

from harness.core.explained import SHARES
from harness.engine.explanation_trials import (
    hidden_parts,
    infidelity,
    random_rankings,
    ranked,
    trial_masks,
    trial_of,
)

Outputs = NDArray[np.float64]


def test_the_largest_value_comes_first_and_chance_tells_between_equal_ones() -> None:
    assert ranked([0.1, -5.0, 0.3, 0.1], None, ties=[3, 2, 1, 0]) == [2, 3, 0, 1]


def test_rounding_ranks_no_part_before_another() -> None:
    noise = [1e-17, -3e-28, 0.2, 2e-17]
    assert ranked(noise, 1.0, ties=[1, 3, 0, 2]) == [2, 1, 3, 0]
    # In another unit there is nothing to hold them against but the largest of them.
    assert ranked([1e-17, 3e-17, 2e-17], None, ties=[0, 1, 2]) == [1, 2, 0]


@pytest.mark.parametrize("n_parts", [1, 2, 3, 10, 20, 33, 100, 300, 700])
def test_shares_are_rounded_up_to_whole_parts(n_parts: int) -> None:
    ranking = list(range(n_parts))
    masks = trial_masks(ranking)
    n_first = [ceil(Fraction(str(share)) * n_parts) for share in SHARES]
    assert (~masks[: len(SHARES)]).sum(axis=1).tolist() == n_first
    assert masks[len(SHARES) :].sum(axis=1).tolist() == n_first
    assert all(not masks[place][: n_first[place]].any() for place in range(len(SHARES)))


def test_a_trial_holds_the_chosen_output_and_whether_it_is_still_chosen() -> None:
    outputs = np.array([[0.5, 0.5], [0.6, 0.4], [0.4, 0.6], [0.0, 0.0], [0.2, 0.8]] * 2)
    found = trial_of(outputs, chosen=1)
    assert found.without == (0.5, 0.4, 0.6, 0.0, 0.8)
    assert found.alone == found.without
    assert found.is_turned == (True, True, False, True, False)
    assert found.is_kept == (False, False, True, False, True)
    first = trial_of(outputs, chosen=0)  # which a tie is read as, where there is any choice
    assert first.is_turned == (False, False, True, True, True)
    assert first.is_kept == (True, True, False, False, False)


def test_one_output_is_never_turned() -> None:
    found = trial_of(np.full((10, 1), -4.0), chosen=0)
    assert found.is_turned == (False,) * 5
    assert found.is_kept == (True,) * 5


def test_a_linear_model_has_infidelity_nought_and_others_their_mean_squared_error() -> None:
    hidden = hidden_parts(4, 0, "a")
    assert hidden[0].all()
    assert not hidden[1:].all(axis=1).any()
    weights = [0.1, -0.2, 0.3, 0.05]
    outputs: Outputs = 0.4 + hidden @ np.array(weights)
    assert infidelity(weights, hidden, outputs) == pytest.approx(0.0, abs=1e-30)
    falls = (~hidden[1:]) @ np.array(weights)
    assert infidelity([0.0] * 4, hidden, outputs) == pytest.approx(np.mean(falls**2))


def test_draws_hang_on_seed_and_sample_and_nothing_else() -> None:
    assert random_rankings(9, 0, "a") == random_rankings(9, 0, "a")
    others = [random_rankings(9, 1, "a"), random_rankings(9, 0, "b")]
    assert random_rankings(9, 0, "a") not in others
    assert len({tuple(one) for one in random_rankings(9, 0, "a")}) == 5
    assert all(sorted(one) == list(range(9)) for one in random_rankings(9, 0, "a"))
    assert (hidden_parts(9, 0, "a") == hidden_parts(9, 0, "a")).all()
    assert (hidden_parts(9, 0, "a") != hidden_parts(9, 0, "b")).any()
