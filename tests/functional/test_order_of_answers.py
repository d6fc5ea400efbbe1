"""The order in which answers come changes no number and no row."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes.toy_models import ToyAdapter
from fakes.toy_spec import toy_spec
from fakes.toy_suite import ToySuite
from fakes.workplace import Workplace

from harness import load_run
from harness.api import Silent
from harness.audit import audit

SUITES = (
    ToySuite(n=90),
    ToySuite(n=90, n_clusters=13),
    ToySuite(n=90, n_slices=7),
    ToySuite(n=90, n_clusters=45, n_slices=3),
)


def folder_of(place: Workplace, model: ToyAdapter, seed: int = 3) -> Path:
    return audit(toy_spec(place.folder / "runs", model, suites=SUITES, seed=seed), Silent())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_metrics_are_byte_identical(seed: int, place: Workplace) -> None:
    in_order = folder_of(place, ToyAdapter())
    shuffled = folder_of(place, ToyAdapter(habit="shuffles", seed=seed))
    assert (shuffled / "metrics.json").read_bytes() == (in_order / "metrics.json").read_bytes()
    one, other = (load_run(folder).samples() for folder in (in_order, shuffled))
    assert one.equals(other)


def test_another_seed_draws_other_resamples(place: Workplace) -> None:
    one, other = (folder_of(place, ToyAdapter(), seed) for seed in (3, 4))
    assert (one / "metrics.json").read_bytes() != (other / "metrics.json").read_bytes()


def test_manifests_differ_in_times_and_name_alone(place: Workplace) -> None:
    one, other = (place.manifest(folder_of(place, ToyAdapter())) for _ in range(2))
    for manifest in (one, other):
        for key in ("run_id", "started_at", "ended_at"):
            assert manifest.pop(key)
        for done in manifest["evaluations"]:
            assert done.pop("wall_s") > 0
            assert done.pop("cpu_s") >= 0
    assert one == other
