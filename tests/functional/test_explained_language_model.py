"""What a language model chooses explained from inside, and what it writes told for what it is."""

from __future__ import annotations

import json
from math import fsum, log
from typing import Any

import pytest
from fakes.tiny_llama import save_tiny_llama
from fakes.workplace import Workplace

pytest.importorskip("transformers")

from harness.core.explained import Explained
from harness.core.response import Response
from harness.store.run_folder import load_run_folder

_SPEC = """\
[[model]]
name = "tiny"
adapter = "transformers"
path = "tiny"
device = "cpu"

[[suite]]
data = "quiz.jsonl"
paraphrase = []
"""
_ROWS = (
    {
        "n": "1",
        "q": "Which animal barks at night?",
        "a": "a dog",
        "options": ["a dog", "a cat", "grass"],
    },
    {"n": "2", "q": "What do cows eat?", "a": "grass", "options": ["grass", "a cat"]},
)
_CHOICE = """\
name = "quiz"
suite = "multiple_choice"
columns.text = "Question: {q}\\nAnswer:"
columns.choices = "options"
columns.target = "a"
"""
_TEXT = """\
name = "prose"
suite = "generation"
columns = { text = "q", target = "a", id = "n" }
metrics = ["exact_match"]
max_new_tokens = 6
"""


@pytest.fixture
def quiz(place: Workplace) -> Workplace:
    save_tiny_llama(place.folder / "tiny")
    place.write("quiz.jsonl", "".join(f"{json.dumps(row)}\n" for row in _ROWS))
    return place


def explained(place: Workplace, suite: str, methods: str) -> dict[str, list[Explained]]:
    """Run a suite, and return what each method made of its texts."""
    place.write("spec.toml", f"{_SPEC}explain = {methods}\n{suite}")
    outcome = place.harness("run", "spec.toml")
    assert outcome.code == 0, outcome.err
    found: dict[str, list[Explained]] = {}
    for record in load_run_folder(place.latest).records:
        if "?" in record.suite:
            assert isinstance(record.answer, Response), record.answer
            assert isinstance(record.answer.output, Explained)
            found.setdefault(record.suite.split(" ? ")[1].split()[0], []).append(
                record.answer.output
            )
    return found


def test_a_choice_is_explained_from_inside(quiz: Workplace) -> None:
    path = '{ name = "integrated_gradients", n_steps = 32, max_steps = 32 }'
    found = explained(
        quiz, _CHOICE, f'["gradient_x_input", {path}, "attention", "attention_rollout"]'
    )
    assert len(found) == 4
    for label, ones in found.items():
        assert [len(one.outputs) for one in ones] == [3, 2]
        for one in ones:
            assert one.attribution.columns == (one.chosen,)
            values = [value for (value,) in one.attribution.values]
            assert len(values) == len(one.spans)
            assert any(values)
            if label.startswith("attention"):
                assert 0 < fsum(values) <= 1.000001
    for one in found["integrated_gradients"]:
        attribution = one.attribution
        assert attribution.base is not None
        assert attribution.total is not None
        (base,), (total,) = attribution.base, attribution.total
        # What is differentiated is what the trials see: the choice's share of the likelihood.
        assert total == pytest.approx(log(one.whole[one.chosen]), abs=1e-4)
        missed = abs(base + fsum(value for (value,) in attribution.values) - total)
        assert attribution.is_capped == (missed > 0.01 * abs(total - base))


def test_a_text_has_no_choice_to_look_into(quiz: Workplace) -> None:
    quiz.write("spec.toml", f'{_SPEC}explain = ["gradient_x_input"]\n{_TEXT}')
    outcome = quiz.harness("run", "spec.toml")
    (error,) = outcome.errors
    assert "but an answer that the model generates here has no such thing behind it" in error
    assert "as configured" not in error


def test_answers_that_are_read_in_other_tokens_are_told(quiz: Workplace) -> None:
    found = explained(quiz, _TEXT, '["occlusion", "random"]')
    told = [one.is_read_as_written for one in found["occlusion"]]
    assert told == [one.is_read_as_written for one in found["random"]]
    assert None not in told
    assert all(one.outputs[0] == one.outputs[0].rstrip() for one in found["occlusion"])
    k = told.count(False)
    assert k > 0  # what random weights write no tokenizer would cut so

    report = quiz.harness("report", quiz.latest, "--format", "json")
    assert report.code == 0, report.err
    (data,) = json.loads(report.out)["explanations"]
    names = [str(place) for place, is_so in enumerate(told, start=1) if not is_so]
    assert data["written"] == {"n": 2, "in_other_tokens": names}
    told_of = " and ".join(names)
    sentence = f"Of 2 answers, {k} ({told_of}) {'is' if k == 1 else 'are'} read in other tokens"
    page = (quiz.latest / "report.html").read_text(encoding="utf-8")
    markdown = quiz.harness("report", quiz.latest, "--format", "md").out
    assert sentence in page
    assert sentence in markdown.replace("\\", "")  # without its escapes


def test_answers_that_are_drawn_need_not_be_the_first_choice(quiz: Workplace) -> None:
    found: Any = explained(quiz, f"{_TEXT}temperature = 1.0\n", '["occlusion"]')
    assert [one.is_read_as_written for one in found["occlusion"]] == [None, None]
