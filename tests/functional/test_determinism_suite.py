"""The suite that asks again, through the command line, on a model that minds its company."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fakes.workplace import Outcome, Workplace

from harness.core.response import AnswerGroup, Response
from harness.store.run_folder import load_run_folder

_PROGRAM = """\
CALLS = []


def write(prompts):
    return [f"<b>{len(prompts)}</b> of us read {prompt[:9]}" for prompt in prompts]


def classify(texts):
    share = 0.5 + 0.01 * len(texts)
    return [{"no": 1 - share, "yes": share} for _ in texts]


def embed(texts):
    return [[float(len(text)), 1.0] for text in texts]


def likelihoods(prompts, continuations):
    return [
        [[-0.25 * len(each)] for each in asked]
        for _, asked in zip(prompts, continuations, strict=True)
    ]


def falter(prompts):
    CALLS.append(prompts)
    if len(CALLS) > 2:
        raise RuntimeError("tired")
    return list(prompts)
"""
_MODEL = """\
[[model]]
name = "{name}"
adapter = "python"
target = "{module}:{name}"
capability = "{capability}"
batch = true
batch_size = 1000
path = "."
"""
_SUITE = """\
[[suite]]
suite = "determinism"
limit = 9
alone = 4
models = ["{name}"]
name = "{name}"
"""


def run(place: Workplace, *models: tuple[str, str]) -> Outcome:
    module = f"company_of_{place.folder.name}"  # a process imports a name once
    place.write(f"{module}.py", _PROGRAM)
    tables = [
        _MODEL.format(name=name, module=module, capability=capability)
        for name, capability in models
    ]
    suites = [_SUITE.format(name=name) for name, _ in models]
    place.write("again.toml", "\n".join([*tables, *suites]))
    return place.harness("run", "again.toml")


def by_pass(folder: Path, model: str, quantity: str) -> dict[str, Any]:
    entries = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["estimates"]
    return {
        entry["slice"][1]: entry["value"]
        for entry in entries
        if entry["model"] == model
        and entry["quantity"]["id"] == quantity
        and entry["slice"]
        and entry["slice"][0] == "pass"
    }


def test_every_kind_of_model_is_held_against_itself(place: Workplace) -> None:
    outcome = run(
        place,
        ("write", "generates"),
        ("classify", "classifies"),
        ("embed", "embeds"),
        ("likelihoods", "scores"),
    )

    assert outcome.code == 0, outcome.err
    in_company = {"again": 1.0, "company": 0.0, "alone": 0.0}
    same = dict.fromkeys(in_company, 1.0)
    identical = {name: by_pass(place.latest, name, "identical") for name in
                 ("write", "classify", "embed", "likelihoods")}  # fmt: skip
    assert identical == {
        "write": in_company,
        "classify": in_company,
        "embed": same,
        "likelihoods": same,
    }
    values = place.values()
    assert values["write", "write", "identical"]["n"] == 9 + 9 + 4
    assert values["write", "write", "shared_prefix"]["value"] < 1
    # Nine together, three in a part, one alone: 0.01 for each less.
    gaps = by_pass(place.latest, "classify", "mean_difference")
    assert gaps == pytest.approx({"again": 0.0, "company": 0.06, "alone": 0.08})
    largest = values["classify", "classify", "largest_difference"]
    assert largest["value"] == pytest.approx(0.08)
    assert largest["interval"] is None
    assert values["classify", "classify", "changed_predictions"]["value"] == 0


def test_two_answers_that_differ_stand_beside_each_other_as_text(place: Workplace) -> None:
    run(place, ("write", "generates"))

    report = (place.latest / "report.html").read_text(encoding="utf-8")
    assert "Second answer (alone)" in report
    assert "<del>9</del>" in report
    assert "<ins>1</ins>" in report
    assert "<b>9</b> of us" not in report


def test_what_fails_in_one_pass_is_told(place: Workplace) -> None:
    outcome = run(place, ("falter", "generates"))

    assert outcome.code != 0
    assert "9 of 9 questions failed in another order and company" in outcome.err
    assert "were answered the other time" in outcome.err
    identical = by_pass(place.latest, "falter", "identical")
    assert identical["again"] == 1.0
    assert identical["company"] is None
    value = place.values()["falter", "falter", "identical"]
    assert (value["n"], value["n_unscored"]) == (9, 13)


def test_a_replay_gives_both_stored_answers_again(place: Workplace) -> None:
    run(place, ("write", "generates"))
    first = place.latest
    place.write(
        "replay.toml",
        f"""\
        [[model]]
        name = "write"
        adapter = "replay"
        run = "{first}"

        {_SUITE.format(name="write").replace(chr(10), chr(10) + " " * 8)}
        """,
    )
    outcome = place.harness("run", "replay.toml")

    assert outcome.code == 0, outcome.err
    assert place.latest != first
    assert by_pass(place.latest, "write", "identical") == by_pass(first, "write", "identical")
    again = {r.sample.id: r.answer for r in load_run_folder(place.latest).records}
    for record in load_run_folder(first).records:
        replayed = again[record.sample.id]
        assert isinstance(replayed, Response)
        assert isinstance(replayed.output, AnswerGroup)
        assert isinstance(record.answer, Response)
        assert replayed.output == record.answer.output


def test_two_runs_are_compared_pair_by_pair(place: Workplace) -> None:
    for name in ("write", "write"):
        run(place, (name, "generates"))
    compared = place.harness("compare", *place.runs)

    assert compared.code == 0, compared.err
    assert "identical" in compared.out
