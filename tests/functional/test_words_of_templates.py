"""Disturbed and attacked suites whose texts are templates: what is not from the data stays."""

from __future__ import annotations

import re

import pytest
from fakes.workplace import Workplace

from harness.core.attacked import Attacked, Outcome
from harness.core.explained import Explained
from harness.core.response import Response
from harness.sources.template import Part
from harness.store.run_folder import load_run_folder
from harness.suites.perturbations.distractor import SENTENCES

_PROGRAM = """\
# The last line is what there is to go on with: with anything behind it, nothing is known.
def write(prompt):
    question, _, rest = prompt.partition("\\nA:")
    return "Paris" if question.startswith("Q: ") and "France" in question and not rest else ""


def choose(prompt, continuations):
    lines = prompt.split("\\n")
    assert lines[-1] == "Answer:" and lines[0].startswith("Question: "), prompt
    marks = {line.partition(". ")[2]: line.partition(". ")[0] for line in lines[1:-1]}
    return [0.0 if one.strip() == marks["blue"] else -1.0 for one in continuations]


def judge(text):
    title, review = text.split("\\n")
    assert title.startswith("Title: ") and review.startswith("Review: "), text
    return rate(text)


def rate(text):
    return {"bad": 0.4, "good": float("good" in text.split())}
"""
_SPEC = """\
[[model]]
name = "toy"
adapter = "python"
target = "{module}:{function}"
capability = "{capability}"
path = "."

[[suite]]
name = "s"
data = "rows.csv"
"""


def run(place: Workplace, function: str, capability: str, rows: str, suite: str) -> None:
    module = f"toy_of_{place.folder.name}"  # a process imports a name once
    place.write(f"{module}.py", _PROGRAM)
    place.write("rows.csv", rows)
    spec = _SPEC.format(module=module, function=function, capability=capability) + suite
    outcome = place.harness("run", place.write("s.toml", spec))
    assert outcome.code == 0, outcome.err


def texts(place: Workplace) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for record in load_run_folder(place.latest).records:
        found.setdefault(record.suite, []).append(record.sample.text)
    return found


def test_what_is_put_behind_a_question_is_not_put_behind_the_word_answer(
    place: Workplace,
) -> None:
    suite = """\
    suite = "generation"
    columns = { text = "Q: {q}\\nA:", target = "a" }
    metrics = ["exact_match"]
    perturb = ["distractor", { name = "distractor", at = "start" }, { name = "typos", rate = 1.0 }]
    """
    run(place, "write", "generates", "q,a\nWhat is the capital of France?,Paris\n", suite)

    found = texts(place)
    assert found["s"] == ["Q: What is the capital of France?\nA:"]
    (behind,), (before,) = found["s ~ distractor"], found["s ~ distractor at=start"]
    assert behind.removesuffix("\nA:").partition("? ")[2] in SENTENCES
    assert before.removeprefix("Q: ").partition(" What is")[0] in SENTENCES
    (typos,) = found["s ~ typos rate=1.0"]
    assert typos.startswith("Q: ")
    assert typos.endswith("\nA:")
    assert typos != found["s"][0]
    values = place.values()
    for name in ("s", "s ~ distractor", "s ~ distractor at=start"):
        assert values["toy", name, "exact_match"]["value"] == 1.0, name


_LETTERED = "q,one,two,a,b,answer\n" + "Which colour is the clear sky,{},{},A,B,{}\n"
_LISTED = {
    "cells": "Question: {q}\\nA. {one}\\nB. {two}\\nAnswer:",
    "in_one_cell": "Question: {q}\\n{one}\\nAnswer:",
    "choices": "Question: {q}\\n{a}. {one}\\n{b}. {two}\\nAnswer:",
}


@pytest.mark.usefixtures("users_cache")
@pytest.mark.parametrize("kind", _LISTED)
def test_options_and_their_marks_stay_beside_a_disturbed_question(
    place: Workplace, kind: str
) -> None:
    rows = _LETTERED.format("the bright red", "blue", "B")
    if kind == "in_one_cell":
        rows = _LETTERED.format('"A. the bright red\nB. blue"', "blue", "B")
    suite = f"""\
    suite = "multiple_choice"
    perturb = ["stop_words", {{ name = "word_order", rate = 1.0 }},
      {{ name = "synonyms", rate = 1.0 }},
      {{ name = "punctuation", kind = "add", rate = 1.0 }}, "distractor"]
    [suite.columns]
    text = "{_LISTED[kind]}"
    choices = ["a", "b"]
    target = "answer"
    """
    run(place, "choose", "scores", rows, suite)

    options = "\nA. the bright red\nB. blue\nAnswer:"
    found = texts(place)
    assert found.pop("s") == [f"Question: Which colour is the clear sky{options}"]
    assert len(found) == 5
    for name, (text,) in found.items():
        assert text.startswith("Question: "), name
        assert text.endswith(options), name
        assert text.removesuffix(options) != "Question: Which colour is the clear sky", name
        assert place.values()["toy", name, "accuracy"]["value"] == 1.0


_REVIEWS = "title,text,label\nOslo,good fun for all,good\nRoma,a good film,good\n"
_CLASSIFIED = """\
suite = "classification"
columns = { text = "Title: {title}\\nReview: {text}", target = "label" }
labels = ["bad", "good"]
metrics = ["confusion"]
"""
_FORM = re.compile(r"Title: ([^\n]*)\nReview: ([^\n]*)")


@pytest.mark.parametrize("attack", ["deepwordbug", "input_reduction", "random"])
def test_a_search_moves_the_words_of_the_cells_alone(place: Workplace, attack: str) -> None:
    run(place, "judge", "classifies", _REVIEWS, f'{_CLASSIFIED}attack = ["{attack}"]\n')

    outcomes = []
    for record in load_run_folder(place.latest).records:
        if record.suite == "s":
            continue
        assert isinstance(record.answer, Response)
        attacked = record.answer.output
        assert isinstance(attacked, Attacked)
        outcomes.append(attacked.outcome)
        before = _FORM.fullmatch(record.sample.text)
        assert before
        assert attacked.n_words == sum(len(cell.split()) for cell in before.groups())
        for text in filter(None, (attacked.text, attacked.control_text)):
            assert _FORM.fullmatch(text), text
            assert text != record.sample.text
    assert outcomes == [Outcome.SUCCEEDED] * 2


def test_a_template_is_no_part_of_what_is_put_in_other_words(place: Workplace) -> None:
    keys = 'explain = ["occlusion"]\nparaphrase = [{ name = "filler", rate = 1.0 }]\n'
    run(place, "rate", "classifies", _REVIEWS, _CLASSIFIED + keys)

    told = [
        record.answer.output.paraphrase
        for record in load_run_folder(place.latest).records
        if isinstance(record.answer, Response) and isinstance(record.answer.output, Explained)
    ]
    assert len(told) == 2
    assert all(each is not None and _FORM.fullmatch(each.text) for each in told)


def test_a_run_whose_template_was_disturbed_says_why_it_has_no_answers_now(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite = """\
    suite = "generation"
    columns = { text = "Q: {q}\\nA:", target = "a" }
    metrics = ["exact_match"]
    perturb = ["distractor"]
    """
    with monkeypatch.context() as then:
        then.setattr("harness.sources.samples.text_parts", lambda _: (Part(field="q"),))
        run(place, "write", "generates", "q,a\nWhat is the capital of France?,Paris\n", suite)
    (text,) = texts(place)["s ~ distractor"]
    assert not text.endswith("A:")
    old = place.latest

    outcome = place.harness("rescore", old.name)
    assert place.values()["toy", "s", "exact_match"]["value"] == 1.0
    assert place.values()["toy", "s ~ distractor", "exact_match"]["n"] == 0
    (told,) = [line for line in outcome.err.splitlines() if "are not those of" in line]
    assert told.startswith("warning: s ~ distractor: its data are not those of the run that is")
    assert told.endswith("; the clean texts are the same, and what is done to them is another")
    assert "the run holds no answer to this Generate" in outcome.out
