from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.core.capability import Capability
from harness.core.errors import ConfigError
from harness.core.open_text import OpenText
from harness.core.request import LogLikelihood, Message, RollingLogLikelihood
from harness.sources.columns import Column, Columns
from harness.sources.dataset import Dataset
from harness.suites.language_modelling import LanguageModellingSuite
from harness.suites.multiple_choice import MultipleChoiceSuite

ROWS = [
    {"question": "Where is fog?", "options": "A. a marsh\nB. a tundra", "answer": "A. a marsh"},
    {"question": "Two plus two", "options": "A. five\nB. four\nC. six", "answer": "B. four"},
]
COLUMNS = Columns(
    text="Question: {question}\nAnswer:",
    choices=Column(column="options", format="lettered"),
    target=Column(column="answer", format="lettered"),
)


@pytest.fixture
def data(tmp_path: Path) -> Dataset:
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return Dataset(path=str(path))


def test_every_choice_is_a_continuation_after_a_space(data: Dataset) -> None:
    task = MultipleChoiceSuite(data=data, columns=COLUMNS).prepare(limit=None, seed=0)
    asked = [task.ask(sample, Capability.SCORES) for sample in task.samples()]
    assert asked == [
        LogLikelihood(
            prompt="Question: Where is fog?\nAnswer:", continuations=(" a marsh", " a tundra")
        ),
        LogLikelihood(
            prompt="Question: Two plus two\nAnswer:", continuations=(" five", " four", " six")
        ),
    ]


def test_no_option_is_among_what_may_be_disturbed(data: Dataset) -> None:
    columns = Columns(
        text="Q: {question}\n{options}\nA:", choices=COLUMNS.choices, target=COLUMNS.target
    )
    task = MultipleChoiceSuite(data=data, columns=columns).prepare(limit=None, seed=0)
    found = [OpenText.of(sample).stretches for sample in task.samples()]
    assert found == [("Where is fog?",), ("Two plus two",)]
    bare = Columns(text="question", choices=COLUMNS.choices, target=COLUMNS.target)
    task = MultipleChoiceSuite(data=data, columns=bare).prepare(limit=None, seed=0)
    assert [sample.open_spans for sample in task.samples()] == [None, None]


def test_a_chat_template_ends_where_the_choice_begins(data: Dataset) -> None:
    suite = MultipleChoiceSuite(data=data, columns=COLUMNS, chat=True, system="Be brief.")
    task = suite.prepare(limit=1, seed=0)
    (sample,) = task.samples()
    payload = task.ask(sample, Capability.SCORES)
    assert isinstance(payload, LogLikelihood)
    assert payload.prompt == (Message("system", "Be brief."), Message("user", sample.text))
    assert payload.continuations == sample.choices


def test_the_limit_draws_by_seed_and_the_data_hash_is_that_of_the_whole(data: Dataset) -> None:
    suite = MultipleChoiceSuite(data=data, columns=COLUMNS)
    whole, drawn = suite.prepare(limit=None, seed=0), suite.prepare(limit=1, seed=0)
    again = suite.prepare(limit=1, seed=0)
    assert (whole.n_samples, drawn.n_samples) == (2, 1)
    assert list(drawn.samples()) == list(again.samples())
    assert drawn.data_hash == whole.data_hash


def test_multiple_choice_needs_choices_and_a_target(data: Dataset) -> None:
    for columns in (Columns(text="question"), Columns(text="question", choices="options")):
        with pytest.raises(ConfigError, match="multiple_choice needs"):
            MultipleChoiceSuite(data=data, columns=columns).prepare(limit=None, seed=0)


def test_language_modelling_asks_for_the_text_itself(data: Dataset) -> None:
    suite = LanguageModellingSuite(data=data, columns=Columns(text="question"))
    task = suite.prepare(limit=None, seed=0)
    assert [task.ask(sample, Capability.SCORES) for sample in task.samples()] == [
        RollingLogLikelihood(text="Where is fog?"),
        RollingLogLikelihood(text="Two plus two"),
    ]
