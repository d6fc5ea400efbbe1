"""Speeds are judged by rounds that took turns, on one machine, and by nothing else."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from fakes.race import PACE_S, Race
from fakes.toy_rounds import LENGTH, TPOT
from fakes.workplace import Outcome, Workplace

pytestmark = pytest.mark.usefixtures("toys")
NOISE = 0.015


@pytest.fixture
def race(place: Workplace) -> Race:
    return Race(place)


def compared(race: Race, *sides: object, more: tuple[object, ...] = ()) -> tuple[Outcome, Any]:
    """Compare, and return how the command ended with the findings by quantity."""
    outcome = race.place.harness("compare", *sides, *more, "-o", "change.json")
    path = race.place.folder / "change.json"
    if not path.exists():
        return outcome, {}
    findings = json.loads(path.read_text())["judgement"]["findings"]
    return outcome, {each["difference"]["quantity"]["id"]: each for each in findings}


def edit_manifest(folder: Path, **hardware: str) -> None:
    path = folder / "manifest.json"
    value = json.loads(path.read_text())
    value["hardware"].update(hardware)
    path.write_text(json.dumps(value))


def test_a_slowdown_of_five_per_cent_is_found_with_eight_pairs(race: Race) -> None:
    race.model("old", noise=NOISE)
    race.model("new", noise=NOISE, slower=1.05, more="length = 10")
    assert race.run().code == 0

    outcome, found = compared(race, "latest:old", "latest:new")

    assert outcome.code == 0, outcome.err
    row = found[TPOT]["difference"]
    assert (found[TPOT]["verdict"], row["test"], row["n"]) == ("regressed", "paired-runs-t", 8)
    values = race.place.values()
    assert row["baseline"] == pytest.approx(values["old", "speed", TPOT]["value"])
    assert row["difference"] == pytest.approx(row["candidate"] - row["baseline"])
    assert row["interval"]["low"] < 0.05 * PACE_S < row["interval"]["high"]
    assert found[TPOT]["margin"] == pytest.approx(0.03 * row["baseline"])
    # That answers got shorter stands beside the speed.
    assert found[TPOT]["remarks"] == ["answers are 9.1% shorter (10 tokens)"]
    assert "answers are 9.1% shorter" in outcome.out
    assert found[LENGTH]["verdict"] == "inconclusive"
    assert found[LENGTH]["gate"] is None
    assert (
        json.loads((race.place.folder / "change.json").read_text())["judgement"]["comparison"][
            "flips"
        ]
        == []
    )
    gate = race.place.harness("gate", "latest:new", "--baseline", "latest:old")
    assert gate.code == 1, gate.err
    assert (race.place.latest / "judgement.json").exists()
    assert race.place.harness("show", "latest").code == 0


def test_few_pairs_only_inform(race: Race) -> None:
    race.model("old", noise=NOISE)
    race.model("new", noise=NOISE, slower=1.2)
    race.suite(rounds=3)
    assert race.run().code == 0
    outcome, found = compared(race, "latest:old", "latest:new")
    row = found[TPOT]["difference"]
    assert row["interval"]["low"] > 0
    assert row["p_value"] is None
    assert found[TPOT]["verdict"] == "inconclusive"
    assert "3 pairs of rounds only inform: 6 are needed" in found[TPOT]["reason"]
    assert found[TPOT]["needed_n"] >= 6
    assert "INCONCLUSIVE" in outcome.out


def test_runs_of_two_hours_are_shown_side_by_side_and_not_judged(race: Race) -> None:
    race.model("a")
    race.suite(rounds=2)
    assert race.run().code == 0
    race.checkpoint("a", slower=2)
    assert race.run().code == 0
    first, second = race.place.runs

    outcome, found = compared(race, first, second)

    row = found[TPOT]["difference"]
    assert row["candidate"] == pytest.approx(2 * row["baseline"])
    assert (row["p_value"], row["interval"], row["test"]) == (None, None, "")
    assert "compare their checkpoints with --spec" in row["note"]
    assert "Not tested: speed · a" in outcome.out
    assert outcome.out.count("measured in different runs") == 1
    assert "left to the history" in outcome.out
    gate = race.place.harness("gate", second, "--baseline", first)
    assert gate.code == 0
    policy = race.place.write(
        "policy.toml", 'inconclusive = "fail"\n[[gate]]\nmetric = "tpot*"\nmargin = 0.03\n'
    )
    gate = race.place.harness("gate", second, "--baseline", first, "--policy", policy)
    assert gate.code == 4
    assert "measured in different runs" in gate.out


def test_two_machines_have_nothing_in_common(race: Race) -> None:
    race.model("a")
    race.suite(rounds=1)
    assert race.run().code == 0
    assert race.run().code == 0
    first, second = race.place.runs
    edit_manifest(second, gpu_driver="999.1")

    outcome, _ = compared(race, first, second)

    assert outcome.code == 2
    assert (
        "suite 'speed' was timed on two machines: gpu_driver is not set in the baseline, '999.1'"
        " in the candidate" in outcome.err
    )
    gate = race.place.harness("gate", second, "--baseline", first)
    assert gate.code == 3
    forced, found = compared(race, first, second, more=("--force",))
    assert forced.code == 0
    assert found[TPOT]["difference"]["p_value"] is None


def test_checkpoints_take_turns_as_models_of_one_run(race: Race) -> None:
    race.model("student", noise=NOISE)
    race.suite(more='models = ["student"]')
    spec = race.spec()
    sides = [race.checkpoint(name, slower=slower) for name, slower in (("a", 1), ("b", 1.1))]

    outcome, found = compared(race, *sides, more=("--spec", spec))

    assert outcome.code == 0, outcome.err
    assert race.order.startswith("a0 b0 b1 a1 a2 b2")
    (folder,) = race.place.runs
    manifest = race.place.manifest(folder)
    assert list(manifest["models"]) == ["student:a.txt", "student:b.txt"]
    assert [table["name"] for table in manifest["spec"]["model"]] == list(manifest["models"])
    assert manifest["spec"]["suite"][0]["models"] == list(manifest["models"])
    assert found[TPOT]["verdict"] == "regressed"
    assert found[TPOT]["difference"]["test"] == "paired-runs-t"


def test_a_checkpoint_beside_itself_is_an_aa_test(race: Race) -> None:
    race.model("student")
    race.suite(rounds=6)
    side = race.checkpoint("a")
    gate = race.place.harness("gate", side, "--baseline", side, "--spec", race.spec())
    assert gate.code == 0, gate.err
    assert "EQUIVALENT" in gate.out
    assert list(race.place.manifest()["models"]) == ["student:a.txt", "student:a.txt-2"]
    assert "the same in all 6 rounds of both" in gate.out


@pytest.mark.parametrize(
    ("told", "verdict", "said"),
    [
        (
            'unstable = "the clock was throttled"',
            "regressed",
            "the machine was not steady under the baseline: 0: the clock was throttled",
        ),
        (
            'breach = "requests left late"',
            "invalid",
            "the baseline's figures are not valid: 0: requests left late",
        ),
    ],
)
def test_what_was_amiss_is_told_and_a_breach_is_no_verdict(
    race: Race, told: str, verdict: str, said: str
) -> None:
    race.model("old", noise=NOISE)
    race.model("new", noise=NOISE, slower=1.2)
    race.suite(rounds=6, more=told)
    assert race.run().code == 0
    warnings = " ".join(race.place.manifest()["warnings"])
    assert told.split('"')[1] in warnings
    _, found = compared(race, "latest:old", "latest:new")
    assert found[TPOT]["verdict"] == verdict
    assert said in (found[TPOT]["reason"], *found[TPOT]["remarks"])
    gate = race.place.harness("gate", "latest:new", "--baseline", "latest:old")
    assert gate.code == (3 if verdict == "invalid" else 1)


def test_nights_are_left_to_the_history_of_their_machine(race: Race) -> None:
    race.model("a", noise=NOISE)
    race.suite(rounds=1)
    for _ in range(2):
        night = race.place.harness("nightly", race.spec(), "--line", "main")
        assert night.code == 0, night.err
    assert "INCONCLUSIVE" in night.out
    assert "history:" not in night.out
    rows = json.loads(race.place.harness("history", "--format", "json").out)
    (speed,) = [row for row in rows if row["quantity"]["id"] == TPOT]
    assert len(speed["points"]) == 2
    assert ", key " in speed["hardware"]
    assert math.isclose(speed["points"][0]["value"], speed["points"][1]["value"])
    edit_manifest(race.place.latest, cpu="another")
    rows = json.loads(race.place.harness("history", "--format", "json").out)
    assert len([row for row in rows if row["quantity"]["id"] == TPOT]) == 2


def test_a_noise_study_refuses_rounds_which_tell_their_own(race: Race) -> None:
    race.model("a")
    outcome = race.place.harness("noise", race.spec())
    assert outcome.code == 2
    assert outcome.errors[0].startswith("suite 'speed': measures in rounds that tell their own")
    assert not race.place.runs
