"""The claim of the noise floor: two more runs differ by more than it once in twenty."""

from __future__ import annotations

import numpy as np
import pytest

from harness.engine.noise import noise_floor

N_STUDIES = 40_000


@pytest.mark.parametrize("k", [2, 3, 5, 10])
def test_two_further_runs_pass_the_floor_once_in_twenty(k: int) -> None:
    runs = np.random.default_rng(k).normal(0.8, 0.01, size=(N_STUDIES, k + 2))
    spread = runs[:, :k].std(axis=1, ddof=1)
    difference = np.abs(runs[:, k] - runs[:, k + 1])
    # The simulation's own error is 0.11 %.
    assert (difference > noise_floor(1.0, k) * spread).mean() == pytest.approx(0.05, abs=0.004)


def test_the_claim_holds_for_an_accuracy_whose_samples_flip() -> None:
    """Each of 400 samples is right with a chance of its own, most of them always or never."""
    rng = np.random.default_rng(0)
    chances = rng.beta(0.3, 0.2, size=400)
    k, n_studies = 5, 4000
    accuracies = np.stack(
        [(rng.random((k + 2, 400)) < chances).mean(axis=1) for _ in range(n_studies)]
    )
    spread = accuracies[:, :k].std(axis=1, ddof=1)
    difference = np.abs(accuracies[:, k] - accuracies[:, k + 1])
    # Its own error is 0.35 %; accuracies are counts, so a difference is often on the floor's edge.
    assert (difference > noise_floor(1.0, k) * spread).mean() == pytest.approx(0.05, abs=0.012)
