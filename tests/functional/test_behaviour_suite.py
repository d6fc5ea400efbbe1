"""Behavioural tests from templates: every kind of test on every kind of model."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fakes.workplace import Outcome, Workplace

from harness.core.request import Classify, QuestionGroup
from harness.core.response import AnswerGroup, Failure, Response
from harness.stats.proportion import wilson_interval
from harness.store.run_folder import load_run_folder

_MODELS = """
def score(text):
    n_good, n_bad = (sum(text.count(word) for word in words) for words in (GOOD, BAD))
    return (1 + n_good) / (2 + n_good + n_bad)


GOOD, BAD = ("fine", "Ann"), ("dull", "awful")


def classifies(text):
    if "crash" in text:
        raise RuntimeError("no crashes, please")
    return {"good": score(text), "bad": 1 - score(text)}


def scores(prompt, continuations):
    from math import log

    p = score(prompt)
    return [log(p if "good" in words else 1 - p) for words in continuations]


def generates(prompt):
    if "dull" in prompt and "fine" in prompt:
        return "hard to say"
    return "good" if score(prompt) >= 0.5 else "bad"
"""
_SPEC = """\
min_coverage = 0.5

[[model]]
name = "judge"
adapter = "python"
target = "{module}:{capability}"
capability = "{capability}"
path = "."

[[suite]]
name = "talk"
suite = "behaviour"
data = "talk.toml"
labels = ["good", "bad"]
prompt = "{{text}}"
"""
_TALK = """\
[words]
name = ["Ann", "Bob", "Cyd"]
thing = ["film", "play", "song", "book"]
praise = ["fine", "lovely"]

[[test]]
name = "praise"
capability = "vocabulary"
kind = "MFT"
templates = ["{a:thing} as {praise} as any"]
label = "good"

[[test]]
name = "blame"
capability = "vocabulary"
kind = "MFT"
templates = ["an awful {thing}", "a boring {thing}"]
label = "bad"

[[test]]
name = "names"
capability = "fairness"
kind = "INV"
templates = ["{name} made an awful {thing}"]
vary = "name"
variants = 2

[[test]]
name = "complaints"
capability = "vocabulary"
kind = "DIR"
templates = ["a {praise} {thing}"]
becomes = ["{original}, but dull", "{original}, but tedious"]
falls = "good"
"""


def run(
    place: Workplace, talk: str = _TALK, capability: str = "classifies", *arguments: str
) -> Outcome:
    module = f"talkers_of_{place.folder.name}"  # a process imports a name once
    place.write(f"{module}.py", _MODELS)
    place.write("talk.toml", talk)
    spec = place.write("spec.toml", _SPEC.format(module=module, capability=capability))
    return place.harness("run", spec, *arguments)


def by_slice(place: Workplace, column: str) -> dict[str, Any]:
    metrics = json.loads((place.latest / "metrics.json").read_text(encoding="utf-8"))
    return {
        entry["slice"][1]: entry
        for entry in metrics["estimates"]
        if entry["slice"] and entry["slice"][0] == column
    }


def rates(place: Workplace, column: str = "test") -> dict[str, tuple[float, int]]:
    return {name: (e["value"], e["n"]) for name, e in by_slice(place, column).items()}


@pytest.mark.parametrize("capability", ["classifies", "scores"])
def test_failure_rates_are_told_for_each_test(place: Workplace, capability: str) -> None:
    assert run(place, _TALK, capability).code == 0

    # Half of the praise is not known to the model, yet one half goes to the label named first.
    assert rates(place) == {
        "praise": (0.0, 8),
        "blame": (0.5, 8),
        "names": (1.0, 4),
        "complaints": (0.0, 8),
    }
    assert rates(place, "capability") == {"vocabulary": (1 / 6, 24), "fairness": (1.0, 4)}
    assert rates(place, "kind") == {"MFT": (0.25, 16), "INV": (1.0, 4), "DIR": (0.0, 8)}
    blame = by_slice(place, "test")["blame"]["interval"]
    wilson = wilson_interval(4, 8, 0.95)
    assert wilson is not None
    assert (blame["low"], blame["high"]) == pytest.approx((wilson.low, wilson.high))
    assert blame["method"].startswith("wilson")


def test_a_share_of_variants_stands_beside_the_failures(place: Workplace) -> None:
    talk = _TALK.replace('falls = "good"', 'falls = "good"\nmargin = 0.1')
    run(place, talk)

    assert rates(place)["complaints"] == (1.0, 8), "'tedious' moves nothing"
    # One of two variants of 8 complaints, 4 of 8 blamed, both variants or one of 4 names.
    names = [
        r.scores["behaviour.broken_share"]
        for r in load_run_folder(place.latest).records
        if r.sample.slices["test"] == "names"
    ]
    share = place.values()["judge", "talk", "broken_share"]["value"]
    assert set(names) <= {0.5, 1.0}
    assert share == pytest.approx((8 / 2 + 4 + sum(names)) / 28)


def test_a_text_and_its_variants_are_one_question(place: Workplace) -> None:
    run(place)

    records = {r.sample.slices["test"]: r for r in load_run_folder(place.latest).records}
    complaint = records["complaints"]
    assert isinstance(complaint.payload, QuestionGroup)
    assert complaint.payload.questions == (
        Classify(text="a lovely book"),
        Classify(text="a lovely book, but dull"),
        Classify(text="a lovely book, but tedious"),
    )
    assert complaint.sample.text == "a lovely book"
    assert isinstance(complaint.answer, Response)
    assert isinstance(complaint.answer.output, AnswerGroup)
    assert records["praise"].payload == Classify(text="a book as lovely as any")
    names = records["names"].payload
    assert isinstance(names, QuestionGroup)
    assert {q.text for q in names.questions if isinstance(q, Classify)} == {
        f"{name} made an awful book" for name in ("Ann", "Bob", "Cyd")
    }


def test_a_model_that_writes_is_held_to_the_direction(place: Workplace) -> None:
    run(place, _TALK, "generates")

    # Of "fine" things that are "dull" it names no label: those cases have no score.
    assert rates(place)["complaints"] == (0.0, 4)
    assert by_slice(place, "test")["complaints"]["n_unscored"] == 4
    assert rates(place)["names"] == (1.0, 4)


def test_a_margin_needs_probabilities(place: Workplace) -> None:
    talk = _TALK.replace('falls = "good"', 'falls = "good"\nmargin = 0.1')
    run(place, talk, "generates")

    entry = by_slice(place, "test")["complaints"]
    assert (entry["value"], entry["n"], entry["n_unscored"]) == (None, 0, 8)


def test_a_failed_request_is_no_failed_test(place: Workplace) -> None:
    talk = _TALK.replace("but tedious", "a crash of {a:thing}")
    assert run(place, talk).code == 0

    complaints = by_slice(place, "test")["complaints"]
    assert (complaints["value"], complaints["n"], complaints["n_unscored"]) == (None, 0, 8)
    (evaluation,) = place.manifest()["evaluations"]
    assert evaluation["n_failed"] == 8
    failed = [
        r.answer.message
        for r in load_run_folder(place.latest).records
        if isinstance(r.answer, Failure)
    ]
    assert len(failed) == 8
    assert all("no crashes, please" in message for message in failed)


@pytest.mark.parametrize("capability", ["classifies", "generates"])
def test_stored_answers_are_scored_again(place: Workplace, capability: str) -> None:
    run(place, _TALK, capability)
    before = place.values(), rates(place)
    (place.folder / f"talkers_of_{place.folder.name}.py").unlink()

    outcome = place.harness("rescore", "latest")

    assert outcome.code == 0
    assert len(place.runs) == 2
    assert rates(place) == before[1]
    after = place.values()
    assert {k: v["value"] for k, v in after.items()} == {
        k: v["value"] for k, v in before[0].items()
    }


def test_a_run_is_compared_with_another(place: Workplace) -> None:
    run(place)
    run(place, _TALK.replace('"film"', '"movie"'))

    outcome = place.harness("compare", place.runs[0], place.runs[1])

    assert outcome.code == 2
    assert "--force" in outcome.err, "its cases are others"
    run(place)
    assert place.harness("compare", place.runs[0], place.runs[2]).code == 0


def test_the_report_shows_each_answer(place: Workplace) -> None:
    run(place)
    place.harness("report", "latest", "--format", "csv", "-o", "report.csv")

    page = (place.latest / "report.html").read_text(encoding="utf-8")
    assert "[2] a lovely book, but dull" in page
    assert "complaints" in (place.folder / "report.csv").read_text(encoding="utf-8")


def test_cases_are_drawn_with_the_seed(place: Workplace) -> None:
    talk = _TALK + "n = 3\n"
    drawn = []
    for arguments in ((), (), ("--seed", "1"), ("--limit", "5")):
        run(place, talk, "classifies", *arguments)
        records = list(load_run_folder(place.latest).records)
        drawn.append([r.sample.text for r in records if r.sample.slices["kind"] == "DIR"])

    assert drawn[0] == drawn[1] != drawn[2]
    assert [len(texts) for texts in drawn[:3]] == [3, 3, 3]
    assert place.manifest()["evaluations"][0]["n_samples"] == 5


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('label = "good"', "", "talk.toml.test[0]: lacks 'label'; add label = …, the right one"),
        ('label = "good"', 'label = "god"', "'god' is not among the labels"),
        ('falls = "good"', "", "needs one of 'rises' and 'falls'"),
        ('vary = "name"', 'vary = "city"', "{city} is not in"),
        ('vary = "name"', 'rises = "good"', "rises: is not for a test of kind INV"),
        ("{praise} as any", "{prais} as any", "{prais} is not among the words; did you mean"),
        ("{praise} as any", "{praise as any", "has a brace that is part of no placeholder"),
        ('["Ann", "Bob", "Cyd"]', '["Ann"]', "test 'names': {name} has one word alone"),
        ('["Ann", "Bob", "Cyd"]', "[]", "words.name: is empty"),
        ('["Ann", "Bob", "Cyd"]', '{lexicon = "nams"}', "'nams' is not possible"),
        ('name = "blame"', 'name = "praise"', "two have the name 'praise'"),
        ("[words]", "[words", "talk.toml: is not a TOML file"),
        ('kind = "DIR"', 'kind = "DIRE"', "'DIRE' is not possible"),
        ("[words]", "[word]", "unknown key 'word'"),
    ],
)
def test_a_slip_is_told_in_a_sentence(place: Workplace, old: str, new: str, message: str) -> None:
    assert _TALK.count(old) >= 1

    outcome = run(place, _TALK.replace(old, new, 1))

    assert outcome.code == 2
    assert any(message in line for line in outcome.errors), outcome.err
    assert place.runs == []


def test_too_many_cases_are_refused(place: Workplace) -> None:
    words = json.dumps([f"w{i}" for i in range(400)])
    talk = _TALK.replace('thing = ["film", "play", "song", "book"]', f"thing = {words}")
    talk = talk.replace('"Bob", "Cyd"]', '"Bob", "Cyd"]\nother = ' + words, 1)
    outcome = run(place, talk.replace("an awful {thing}", "an awful {thing} {other}", 1))

    assert outcome.code == 2
    assert "test 'blame': comes to 160400 cases" in outcome.errors[0]


def test_word_lists_of_packages_are_known_before_a_run(place: Workplace) -> None:
    names = '{lexicon = "given_names", first = 5}'
    place.write("talk.toml", _TALK.replace('["Ann", "Bob", "Cyd"]', names))
    place.write("spec.toml", _SPEC.format(module="none", capability="classifies"))

    outcome = place.harness("data", "lexicons", "spec.toml")

    assert outcome.out.startswith("given names: ")
