"""The packaged demonstration, on the real model and the real data, four samples a suite."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from fakes.workplace import Workplace

from harness import load_run

SPEC = Path(__file__).parents[2] / "harness" / "specs" / "demo.toml"
SUITES = {
    ("smollm2-135m", "openbookqa"),
    ("smollm2-135m", "nq_open"),
    ("smollm2-135m", "news_text"),
    ("smollm2-135m", "imdb"),
    ("sentiment-lr", "imdb"),
    ("sentiment-lr", "movie_snippets"),
}

pytestmark = [pytest.mark.model, pytest.mark.usefixtures("users_cache")]


def test_the_demonstration(place: Workplace) -> None:
    assert place.harness("data", "verify", SPEC).code == 0
    outcome = place.harness("run", SPEC, "--limit", 4)

    assert outcome.code == 0, outcome.err
    manifest = place.manifest()
    done = {(one["model"], one["suite"]): one for one in manifest["evaluations"]}
    assert set(done) == SUITES
    assert {(one["n_samples"], one["n_answered"]) for one in done.values()} == {(4, 4)}
    assert all(one["n_input_tokens"] > 0 for (model, _), one in done.items() if "lm" in model)
    assert set(manifest["models"]["smollm2-135m"]) > {"weights", "fingerprint"}

    samples = load_run("latest").samples()
    assert len(samples) == 4 * len(SUITES)
    assert (place.latest / "samples.parquet").is_file()

    page = (place.latest / "report.html").read_text(encoding="utf-8")
    assert "smollm2-135m" in page
    assert all(suite in page for _, suite in SUITES)
    values = place.values()
    assert 0 <= values["smollm2-135m", "openbookqa", "accuracy"]["value"] <= 1
    assert 2 < values["smollm2-135m", "news_text", "word_perplexity"]["value"] < 1e4

    document = place.harness("report", "latest", "--format", "json")
    assert json.loads(document.out)
    assert "openbookqa" in place.harness("report", "latest", "--format", "md").out
    assert place.harness("report", "latest", "--format", "csv").out.count("\n") > 40
    cases = ET.fromstring(place.harness("report", "latest", "--format", "junit").out)
    assert len(cases.findall(".//testcase")) >= len(SUITES)
    assert "openbookqa · smollm2-135m: 4 of 4 answered" in place.harness("show", "latest").out
    assert "complete" in place.harness("list", "runs").out
