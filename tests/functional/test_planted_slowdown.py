"""Three servers of known times, timed in turns: one is slower by five per cent."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import Any

import pytest
from fakes.workplace import Workplace

from harness.selftest.mock_process import mock_process

TTFT_S, TPOT_S = 0.05, 0.02
SPEEDS = {"first": 1.0, "again": 1.0, "slower": 1.05}
LOAD = "c=1,in=16,out=12"
MODEL = """
[[model]]
name = "{name}"
adapter = "openai"
base_url = "{url}/v1"
model = "mock"
"""
SUITE = """
[[suite]]
suite = "latency"
input_tokens = [16]
output_tokens = [12]
requests = 4
min_duration_s = 0.0
rounds = 8
"""

pytestmark = pytest.mark.slow


@pytest.fixture
def timed(place: Workplace) -> Workplace:
    """Time all three in one run."""
    with ExitStack() as servers:
        models = ""
        for name, slowdown in SPEEDS.items():
            options = (
                f"--ttft-s={TTFT_S}",
                f"--tpot-s={TPOT_S}",
                f"--slowdown={slowdown}",
            )
            server = servers.enter_context(mock_process(options))
            models += MODEL.format(name=name, url=server.url)
        outcome = place.harness("run", place.write("turns.toml", models + SUITE))
        assert outcome.code == 0, [done["error"] for done in place.manifest()["evaluations"]]
    return place


POLICY = """
[[gate]]
metric = "icl_p50*"
margin = 0.03
kind = "relative"
"""


def judged(place: Workplace, candidate: str) -> tuple[int, dict[str, Any]]:
    """Gate a server beside the first one; return the exit code and what was found.

    The median of all gaps is hardly moved by the hiccups of a machine that other tests share.
    """
    policy = place.write("policy.toml", POLICY)
    sides = (f"latest:{candidate}", "--baseline", "latest:first")
    outcome = place.harness("gate", *sides, "--policy", policy)
    judgement = json.loads((place.latest / "judgement.json").read_text())
    (gate,) = [each for each in judgement["findings"] if each["gate"]]
    return outcome.code, gate


def test_five_per_cent_are_found_with_eight_pairs_and_equal_servers_are_no_loss(
    timed: Workplace,
) -> None:
    value = timed.values()["first", "latency", f"icl_p50@{LOAD}"]["value"]
    assert value == pytest.approx(TPOT_S, rel=0.5)

    code, slower = judged(timed, "slower")
    row = slower["difference"]
    assert (row["test"], row["n"]) == ("paired-runs-t", 8)
    assert (code, slower["verdict"]) == (1, "regressed")
    assert row["interval"]["low"] < 0.05 * row["baseline"] < row["interval"]["high"] * 1.5
    assert "answers are as long as they were (12 tokens)" in slower["remarks"]

    code, again = judged(timed, "again")
    assert code == 0
    assert again["verdict"] != "regressed"
