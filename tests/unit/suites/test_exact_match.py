from __future__ import annotations

import timeit

import numpy as np
import pytest

from harness.core.response import Classification, Generation
from harness.core.sample import Sample
from harness.core.score import Score, Scored, Unscored
from harness.suites.metrics.exact_match import ExactMatch


def measured(metric: ExactMatch, answer: str, *references: str) -> Score:
    sample = Sample(id="s", index=0, text="q", targets=references)
    return metric.measure(sample, Generation(text=answer, finish_reason="stop"))


@pytest.mark.parametrize(
    ("options", "answer", "references", "expected"),
    [
        ({}, "Paris", ["Paris"], 1),
        ({}, "\n Paris ", ["Paris"], 1),
        ({}, "paris", ["Paris"], 0),
        ({}, "Rome", ["Paris", "Rome"], 1),
        ({}, "", ["Paris"], 0),
        ({}, "", [""], 1),
        ({"ignore_case": True}, "STRASSE", ["straße"], 1),
        ({"ignore_punctuation": True}, "Paris.", ["Paris"], 1),
        ({"ignore_punctuation": True}, "北京。", ["北京"], 1),
        ({"normalise": "squad"}, "The  Eiffel-Tower!", ["eiffeltower"], 1),
        ({"normalise": "squad"}, "a theory", ["theory"], 1),
        ({}, "\ud800", ["\ud801"], 0),
    ],
)
def test_matches(
    options: dict[str, object], answer: str, references: list[str], expected: int
) -> None:
    metric = ExactMatch(**options)  # type: ignore[arg-type]  # options as a spec gives them
    assert measured(metric, answer, *references) == Scored((float(expected),))


def test_no_reference_and_no_text_are_unscored() -> None:
    assert isinstance(measured(ExactMatch(), "Paris"), Unscored)
    label = Classification(labels=("a",), scores=(1.0,), is_probability=True)
    sample = Sample(id="s", index=0, text="q", targets=("a",))
    assert isinstance(ExactMatch().measure(sample, label), Unscored)


def test_share_and_wilson_interval() -> None:
    statistics = np.array([[1.0]] * 8 + [[0.0]] * 2)
    metric = ExactMatch()
    assert metric.reduce(statistics, np.ones((1, 10))).tolist() == [[0.8]]
    interval = metric.intervals(statistics, None, 0.95)["exact_match"]
    assert interval.method == "wilson"
    assert (round(interval.low, 4), round(interval.high, 4)) == (0.4902, 0.9433)


def test_measuring_is_cheap() -> None:
    metric = ExactMatch(ignore_case=True)
    sample = Sample(id="s", index=0, text="q", targets=("The capital of France is Paris.",))
    answer = Generation(text="The capital of France is Lyon.", finish_reason="stop")
    metric.measure(sample, answer)
    best = min(timeit.repeat(lambda: metric.measure(sample, answer), number=1000, repeat=5))
    assert best / 1000 < 20e-6


def test_signature_tells_each_setting() -> None:
    assert ExactMatch(ignore_case=True).signature == {
        "case": "ignored",
        "punctuation": "kept",
        "normalise": "none",
        "unicode": "nfc",
    }
