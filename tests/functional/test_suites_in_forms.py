"""A suite asked again in several equivalent forms: from the spec to comparison and gate."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fakes.workplace import Outcome, Workplace

from harness.store.run_folder import load_run_folder

_MODELS = r"""
import re

FIRST = re.compile(r"^[(\[]?[Aa1i][.)\]] (.*)$", re.MULTILINE)


def first_shown(prompt, continuations):
    # It picks what stands first, wherever that has come from.
    return [0.0 if words.strip() == FIRST.search(prompt)[1] else -1.0 for words in continuations]


def shouted_at(prompt, continuations):
    # It knows that answers begin with r, but not when it is shouted at.
    if "crash" in prompt and "ANSWER" in prompt:
        raise RuntimeError("too loud")
    knows = "ANSWER" not in prompt
    return [0.0 if words.strip().startswith("r") == knows else -1.0 for words in continuations]
"""
_SPEC = """\
min_coverage = 0.5

[[model]]
name = "picker"
adapter = "python"
target = "{module}:{model}"
capability = "scores"
path = "."

[[suite]]
name = "quiz"
suite = "multiple_choice"
data = "quiz.jsonl"
vary = {vary}

[suite.columns]
text = "Question: {{question}}\\n{{listed}}\\nAnswer:"
choices = {{ column = "listed", format = "lettered" }}
target = "target"
"""
_TARGETS = ("red", "road", "ray", "room", "roof", "rope", "rest", "rain", "rock", "rule", "rib")


def run(place: Workplace, model: str, vary: str, *arguments: str, crash: int = 0) -> Outcome:
    module = f"pickers_of_{place.folder.name}"  # a process imports a name once
    place.write(f"{module}.py", _MODELS)
    rows = []
    for number, target in enumerate(_TARGETS):
        options = ["blue", "green", "dust"]
        options.insert(number % 4, target)
        listed = "\n".join(f"{mark}. {each}" for mark, each in zip("ABCD", options, strict=True))
        question = f"{'crash' if number < crash else 'what'} {number}?"
        rows.append({"question": question, "listed": listed, "target": target})
    place.write("quiz.jsonl", "\n".join(map(json.dumps, rows)))
    spec = place.write("quiz.toml", _SPEC.format(model=model, module=module, vary=vary))
    return place.harness("run", spec, *arguments)


def numbers(place: Workplace, suite: str) -> dict[str, Any]:
    return {key: e["value"] for (_, own, key), e in place.values().items() if own == suite}


def test_a_favourite_place_is_found(place: Workplace) -> None:
    assert run(place, "first_shown", '["option_order"]').code == 0

    found = numbers(place, "quiz @ option_order")
    assert found["accuracy_first"] == numbers(place, "quiz")["accuracy"] == pytest.approx(3 / 11)
    assert found["consistency"] == found["agreement"] == 0.0
    assert (found["recall_min"], found["recall_max"]) == (0.0, 1.0)
    assert found["recall_std"] == pytest.approx(3**0.5 / 4)
    assert found["position_preference"] == pytest.approx(0.75)
    _, places = load_run_folder(place.latest).figures["picker", "quiz @ option_order"]
    first = places.data["positions"][0]  # type: ignore[index] # plain JSON
    assert (first["accuracy"], first["share"], first["uniform"]) == (1.0, 1.0, 0.25)


def test_formats_are_told_apart_in_every_document(place: Workplace) -> None:
    outcome = run(place, "shouted_at", '[{name = "formats", n = 14}]')

    assert outcome.code == 0, outcome.err
    assert "quiz @ formats n=14" in outcome.out
    suite = "quiz @ formats n=14"
    found = numbers(place, suite)
    assert (found["accuracy_min"], found["accuracy_max"], found["spread"]) == (0.0, 1.0, 1.0)
    assert found["consistency"] == 0.0
    assert 0 < found["spread_if_equal"] < 0.7
    records = [each for each in load_run_folder(place.latest).records if each.suite == suite]
    clean = [each for each in load_run_folder(place.latest).records if each.suite == "quiz"]
    assert [each.sample for each in records] == [each.sample for each in clean]
    page = (place.latest / "report.html").read_text(encoding="utf-8")
    assert "accuracy in 14 forms" in page
    assert "11 of 14 forms: the suite's own and both ends" in page.replace("&#39;", "'")
    assert 'id="robustness"' not in page, "nothing was disturbed"
    remark = next(e["note"] for (*_, key), e in place.values().items() if key == "spread")
    assert "; permutation test: p = 0.0005, of equal forms 0." in remark
    for form in ("md", "json", "csv"):
        text = place.folder / f"report.{form}"
        written = place.harness("report", "latest", "--format", form, "-o", text)
        assert written.code == 0, written.err
        assert "permutation test: p" in text.read_text(encoding="utf-8")
    assert place.harness("report", "latest", "--format", "junit").code == 0
    listed = place.harness("list", "variations").out
    assert all(name in listed for name in ("formats", "option_order", "paraphrases"))


def test_a_sample_with_a_failed_form_is_a_failure(place: Workplace) -> None:
    assert run(place, "shouted_at", '[{name = "formats", n = 14}]', crash=3).code == 0

    done = {one["suite"]: one for one in place.manifest()["evaluations"]}
    assert done["quiz"]["n_failed"] == 0
    assert done["quiz @ formats n=14"]["n_failed"] == 3
    assert done["quiz @ formats n=14"]["forms"] == "formats n=14"


def test_forms_are_compared_gated_and_scored_again(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")  # so that no name is folded
    vary = '[{name = "formats", n = 14}]'
    assert run(place, "first_shown", vary).code == 0
    before = place.latest.resolve()
    assert run(place, "shouted_at", vary).code == 0
    after = place.latest.resolve()

    told = place.harness("compare", before.name, after.name).out
    for name in ("accuracy_min", "accuracy_mean", "consistency", "spread"):
        assert name in told
    gates = "[[gate]]\nsuite = 'quiz @ formats n=14'\nmetric = '{}'\nmargin = 0.05\n"
    codes = {}
    for name in ("consistency", "accuracy_max"):
        policy = place.write("gate.toml", gates.format(name))
        pair = (before.name, after.name)
        codes[name] = [
            place.harness("gate", new, "--baseline", old, "--policy", policy).code
            for old, new in (pair, pair[::-1])
        ]
    assert codes == {"consistency": [1, 0], "accuracy_max": [0, 1]}, "one is steady, one is right"
    assert place.harness("rescore", after.name).code == 0
    again = {k: v["value"] for k, v in place.values().items()}
    metrics = json.loads((after / "metrics.json").read_text(encoding="utf-8"))["estimates"]
    first = [e["value"] for e in metrics if e["suite"].startswith("quiz @")]
    assert [value for (_, suite, _), value in again.items() if "@" in suite] == first


@pytest.mark.parametrize(
    ("vary", "message"),
    [
        ('["formatz"]', "did you mean 'formats'?"),
        ('"formats"', "must be a list"),
        ('["formats", "formats"]', "is 'formats' again"),
        ('[{name = "formats", n = 1}]', "must be at least 2"),
        ('["paraphrases"]', "column"),
        ('[{name = "paraphrases", column = "others"}]', "write of = 'question'"),
    ],
)
def test_what_cannot_be_varied_is_refused(place: Workplace, vary: str, message: str) -> None:
    outcome = run(place, "shouted_at", vary)
    assert outcome.code == 2
    assert message in "\n".join(outcome.errors)
    assert len(outcome.errors) == 1


def test_a_suite_that_makes_its_questions_itself_has_no_forms(place: Workplace) -> None:
    spec = """
        [[model]]
        name = "echo"
        adapter = "echo"

        [[suite]]
        suite = "language_modelling"
        data = "quiz.jsonl"
        columns = { text = "question" }
        vary = ["formats"]
        """
    outcome = place.harness("run", place.write("spec.toml", spec))
    assert outcome.code == 2
    assert "makes its questions itself: they cannot be put in another form" in outcome.errors[0]
