"""Evidence at every depth, through the command line, on models that read the ends only."""

from __future__ import annotations

import json

import pytest
from fakes.tiny_llama import save_tiny_llama
from fakes.workplace import Outcome, Workplace

from harness.core.response import Failure, FailureKind
from harness.store.run_folder import load_run_folder

_PROGRAM = """\
import re


def pairs(prompt):
    return re.findall(r'"([0-9a-f-]{36})": "([0-9a-f-]{36})"', prompt)


def write(prompt):
    asked = re.findall(r'key "([0-9a-f-]{36})"', prompt)[0]
    found = pairs(prompt)
    known = dict([found[0], found[-1]])
    return f'It is "{known.get(asked, "I do not know").upper()}".'


def score(prompt, continuations):
    asked = re.findall(r'key "([0-9a-f-]{36})"', prompt)[0]
    found = pairs(prompt)
    value = dict([found[0], found[-1]]).get(asked)
    # Of values that it has not read, the first in the alphabet.
    return [-1.0 if each.strip() == value else -9.0 - 0.1 * sorted(continuations).index(each)
            for each in continuations]


def read(prompt):
    last = re.findall(r"^Document \\d+: (.*)$", prompt, re.M)[-1]
    return last
"""
_SPEC = """\
[[model]]
name = "reader"
adapter = "python"
target = "{module}:{function}"
capability = "{capability}"
path = "."

[[suite]]
name = "places"
suite = "position"
sizes = [5, 9]
n = 12
"""


def run(place: Workplace, function: str, capability: str, more: str = "") -> Outcome:
    module = f"reader_of_{place.folder.name}"  # a process imports a name once
    place.write(f"{module}.py", _PROGRAM)
    spec = _SPEC.format(module=module, function=function, capability=capability)
    place.write("places.toml", spec + more)
    return place.harness("run", "places.toml")


def test_a_model_that_reads_the_ends_is_lost_in_the_middle(place: Workplace) -> None:
    outcome = run(place, "write", "generates")

    assert outcome.code == 0, outcome.err
    values = {key[2]: entry for key, entry in place.values().items()}
    assert values["accuracy"]["value"] == pytest.approx(2 / 5)
    assert values["accuracy"]["n"] == 2 * 12 * 5
    assert values["accuracy"]["n_clusters"] == 24
    assert values["worst_depth"]["value"] == 0
    assert values["depth_spread"]["value"] == 1
    assert values["lost_in_the_middle"]["value"] == 1
    text = (place.latest / "metrics.json").read_text(encoding="utf-8")
    by_depth = {
        entry["slice"][1]: entry["value"]
        for entry in json.loads(text)["estimates"]
        if entry["slice"] and entry["slice"][0] == "depth"
    }
    assert by_depth == {"0": 1.0, "0.25": 0.0, "0.5": 0.0, "0.75": 0.0, "1": 1.0}
    report = (place.latest / "report.html").read_text(encoding="utf-8")
    assert "Accuracy by the place of the evidence" in report
    assert "5 keys: from 0 at depth 0.25 to 1 at depth 0; 9 keys:" in report


def test_a_model_that_can_only_score_chooses_among_values(place: Workplace) -> None:
    outcome = run(place, "score", "scores")

    assert outcome.code == 0, outcome.err
    values = {key[2]: entry["value"] for key, entry in place.values().items()}
    assert values["accuracy"] >= 2 / 5  # and by chance in the middle
    assert values["accuracy"] < 4 / 5


def test_own_documents_are_asked_about(place: Workplace) -> None:
    rows = [
        {"q": f"Who built house {n}?", "a": f"Builder{n}", "doc": f"House {n} is by Builder{n}."}
        for n in range(12)
    ]
    place.write("houses.jsonl", "\n".join(map(json.dumps, rows)) + "\n")
    own = 'data = "houses.jsonl"\ncolumns = { question = "q", answer = "a", gold = "doc" }\n'
    outcome = run(place, "read", "generates", own)

    assert outcome.code == 0, outcome.err
    values = {key[2]: entry for key, entry in place.values().items()}
    assert values["accuracy"]["value"] == pytest.approx(1 / 5)  # it reads the last one
    assert values["accuracy"]["n_clusters"] == 12
    assert values["lost_in_the_middle"]["value"] == pytest.approx(0.5)


def test_a_context_that_does_not_fit_is_a_failure_and_is_told(place: Workplace) -> None:
    save_tiny_llama(place.folder / "tiny")
    place.write(
        "long.toml",
        """\
        [[model]]
        name = "tiny"
        adapter = "transformers"
        path = "tiny"
        device = "cpu"
        max_length = 400

        [[suite]]
        name = "places"
        suite = "position"
        sizes = [3, 20]
        depths = [0.0, 0.5, 1.0]
        n = 2
        max_new_tokens = 2
        """,
    )
    place.harness("run", "long.toml")

    records = list(load_run_folder(place.latest).records)
    failed = [r for r in records if isinstance(r.answer, Failure)]
    assert {r.sample.slices["size"] for r in failed} == {"20"}
    assert len(failed) == 6
    assert all(
        r.answer.kind is FailureKind.TOO_LONG for r in failed if isinstance(r.answer, Failure)
    )
    report = (place.latest / "report.html").read_text(encoding="utf-8")
    assert "20 keys: no value, 6 of 6 without a score" in report
    assert "too_long" in report
