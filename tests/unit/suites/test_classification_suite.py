"""One labelled data set asked of classifiers, of models that score and of models that write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.core.capability import Capability
from harness.core.errors import ConfigError, DataError
from harness.core.request import Classify, Generate, LogLikelihood, Message
from harness.core.response import (
    Classification,
    ContinuationScore,
    Embedding,
    Generation,
    LogLikelihoods,
)
from harness.core.sample import Sample
from harness.core.score import Scored, Unscored
from harness.sources.columns import Columns
from harness.sources.dataset import Dataset
from harness.suites.classification import ClassificationSuite
from harness.suites.sample_task import SampleTask

COLUMNS = Columns(text="text", target="label")
SENTIMENT = "text,label\nA fine film,1\nA {labels} of a film,0\nA dull film,0\n"
TOPICS = "text,label\na,sports\nb,law\nc,art\n"


def suite_of(folder: Path, rows: str = SENTIMENT, **options: Any) -> ClassificationSuite:
    path = folder / "rows.csv"
    path.write_text(rows)
    return ClassificationSuite(data=Dataset(path=str(path)), columns=COLUMNS, **options)


def task_of(folder: Path, rows: str = SENTIMENT, **options: Any) -> SampleTask:
    return suite_of(folder, rows, **options).prepare(limit=None, seed=0)


def probabilities(*pairs: tuple[str, float], is_probability: bool = True) -> Classification:
    labels, scores = zip(*pairs, strict=True)
    return Classification(labels=labels, scores=scores, is_probability=is_probability)


def test_a_classifier_is_asked_about_the_bare_text(tmp_path: Path) -> None:
    task = task_of(tmp_path, verbalisers={"0": "negative"})
    asked = [task.ask(sample, Capability.CLASSIFIES) for sample in task.samples()]
    assert asked == [
        Classify(text="A fine film"),
        Classify(text="A {labels} of a film"),
        Classify(text="A dull film"),
    ]


def test_a_scoring_model_is_asked_how_likely_each_labels_words_are(tmp_path: Path) -> None:
    task = task_of(
        tmp_path,
        prompt="Options: {labels}\n{text}\nSentiment:",
        verbalisers={"0": "negative", "1": "positive"},
        system="Judge.",
    )
    _, sample, _ = task.samples()
    assert task.ask(sample, Capability.SCORES) == LogLikelihood(
        prompt="Judge.\n\nOptions: negative, positive\nA {labels} of a film\nSentiment:",
        continuations=(" negative", " positive"),
    )


def test_chat_puts_the_prompt_in_a_turn_and_nothing_before_the_label(tmp_path: Path) -> None:
    task = task_of(tmp_path, prompt="{text}?", chat=True, system="Judge.", labels=("1", "0"))
    sample, *_ = task.samples()
    turns = (Message("system", "Judge."), Message("user", "A fine film?"))
    assert task.ask(sample, Capability.SCORES) == LogLikelihood(
        prompt=turns, continuations=("1", "0")
    )
    assert task.ask(sample, Capability.GENERATES) == Generate(
        prompt=turns, max_new_tokens=16, stop=()
    )


def test_a_writing_model_is_asked_for_one_line(tmp_path: Path) -> None:
    task = task_of(tmp_path, max_new_tokens=5)
    sample, *_ = task.samples()
    asked = task.ask(sample, Capability.GENERATES)
    assert asked == Generate(
        prompt="A fine film\n\nWhich of these labels fits the text: 0, 1?\nLabel:",
        max_new_tokens=5,
        stop=("\n",),
    )


def test_the_first_capability_of_three_is_used() -> None:
    assert ClassificationSuite.needs == (
        Capability.CLASSIFIES,
        Capability.SCORES,
        Capability.GENERATES,
    )


def test_likelihoods_and_words_are_read_as_labels(tmp_path: Path) -> None:
    task = task_of(tmp_path, verbalisers={"0": "negative", "1": "positive"})
    sample, *_ = task.samples()
    scores = tuple(ContinuationScore(total, 1, is_greedy=False) for total in (-4.0, -4.0))
    assert task.read(sample, LogLikelihoods(scores)) == probabilities(("0", 0.5), ("1", 0.5))
    text = Generation(text="Positive.", finish_reason="stop")
    assert task.read(sample, text) == probabilities(("0", 0.0), ("1", 1.0), is_probability=False)
    assert task.read(sample, Embedding((0.0,))) == Unscored("no label can be read from Embedding")


def test_a_classifiers_labels_are_mapped_ordered_and_added_up(tmp_path: Path) -> None:
    label_map = {"NEG": "0", "POS": "1", "VERY_POS": "1"}
    task = task_of(tmp_path, label_map=label_map)
    sample, *_ = task.samples()
    output = probabilities(("VERY_POS", 0.25), ("NEG", 0.25), ("POS", 0.5))
    assert task.read(sample, output) == probabilities(("0", 0.25), ("1", 0.75))
    margins = probabilities(("VERY_POS", -2.0), ("NEG", -1.0), ("POS", -3.0), is_probability=False)
    assert task.read(sample, margins) == probabilities(
        ("0", -1.0), ("1", -2.0), is_probability=False
    )


def test_foreign_labels_are_unscored_with_both_sets_and_the_remedy(tmp_path: Path) -> None:
    task = task_of(tmp_path)
    sample, *_ = task.samples()
    assert task.read(sample, probabilities(("LABEL_0", 0.5), ("1", 0.5))) == Unscored(
        "the model's labels are LABEL_0, 1, the data's are 0, 1: write a label_map from those to"
        " these"
    )


def test_a_label_unknown_to_the_model_has_probability_0_and_no_other_score(tmp_path: Path) -> None:
    task = task_of(tmp_path, TOPICS)
    sample, *_ = task.samples()
    assert task.read(sample, probabilities(("sports", 0.75), ("art", 0.25))) == probabilities(
        ("art", 0.25), ("law", 0.0), ("sports", 0.75)
    )
    margins = probabilities(("sports", 2.0), ("art", -1.0), is_probability=False)
    read = task.read(sample, margins)
    assert read == probabilities(("art", -1.0), ("sports", 2.0), is_probability=False)
    assert isinstance(read, Classification)
    confusion, ranking, calibration = (metric.measure(sample, read) for metric in task.metrics)
    assert isinstance(confusion, Scored)
    assert isinstance(ranking, Unscored)
    assert isinstance(calibration, Unscored)


def test_labels_and_positive_have_defaults(tmp_path: Path) -> None:
    def settings(rows: str = SENTIMENT, **options: Any) -> dict[str, str]:
        (confusion, *_) = task_of(tmp_path, rows, **options).metrics
        return dict(confusion.signature)

    assert settings() == {"labels": "0,1", "positive": "1"}
    assert settings(labels=("1", "0")) == {"labels": "1,0", "positive": "0"}
    assert settings(positive="0") == {"labels": "0,1", "positive": "0"}
    assert settings(TOPICS) == {"labels": "art,law,sports"}


def test_the_metrics_can_be_chosen(tmp_path: Path) -> None:
    names = [metric.name for metric in task_of(tmp_path).metrics]
    assert names == ["confusion", "ranking", "calibration"]
    chosen = task_of(tmp_path, metrics=("calibration", "confusion")).metrics
    assert [metric.name for metric in chosen] == ["calibration", "confusion"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"prompt": "Sentiment:"}, r"prompt: has no \{text\} in it"),
        ({"max_new_tokens": 0}, "max_new_tokens: must be at least 1"),
        ({"labels": ("0", "1", "0")}, "labels: names a label twice"),
        ({"positive": "2"}, "positive: '2' is not among the labels"),
        ({"verbalisers": {"yes": "oui"}}, "verbalisers: 'yes' is not among the data's labels"),
        ({"verbalisers": {"0": "1"}}, "verbalisers: '1' stands for two labels"),
        ({"verbalisers": {"0": " "}}, "verbalisers: has an empty text"),
        ({"label_map": {"NEG": "negative"}}, "label_map: 'negative' is not among"),
    ],
)
def test_wrong_options_are_config_errors(
    tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        task_of(tmp_path, **options)


def test_wrong_data_are_data_errors(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="row 2: '0' is not among the labels"):
        task_of(tmp_path, labels=("1", "2"))
    with pytest.raises(DataError, match="has the label x alone"):
        task_of(tmp_path, "text,label\na,x\nb,x\n")
    with pytest.raises(ConfigError, match="positive: is for two labels, and there are 3"):
        task_of(tmp_path, TOPICS, positive="law")
    with pytest.raises(ConfigError, match="classification needs target"):
        ClassificationSuite(data=Dataset(path="x.csv"), columns=Columns(text="text"))


def test_targets_and_slices_come_with_the_samples(tmp_path: Path) -> None:
    samples: list[Sample] = list(task_of(tmp_path).samples())
    assert [sample.targets for sample in samples] == [("1",), ("0",), ("0",)]
    assert task_of(tmp_path).n_samples == len(samples)
