"""The suite of association tests, on vectors whose associations are known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harness.core.bias import Shown
from harness.core.capability import Capability
from harness.core.errors import ConfigError
from harness.core.estimate import Estimate
from harness.core.request import Embed, QuestionGroup
from harness.core.response import AnswerGroup, Embedding
from harness.core.sample import Sample
from harness.core.score import Scored, Unscored
from harness.engine.bias import effects_of
from harness.sources.source import Source
from harness.suites.bias.association_metric import AssociationMetric
from harness.suites.bias.association_task import AssociationTask
from harness.suites.bias.word_association import WordAssociationSuite

TESTS = """
[[test]]
name = "warmth"
x = { name = "pets", words = ["cat", "dog", "pony"] }
y = { name = "pests", words = ["rat", "flea", "tick"] }
a = { name = "good", words = ["nice", "warm"] }
b = { name = "bad", words = ["foul", "cold"] }
"""
DIRECTIONS = {"cat": 0.1, "dog": 0.2, "pony": 0.3, "rat": 2.8, "flea": 2.9, "tick": 3.0}
DIRECTIONS |= {"nice": 0.0, "warm": 0.4, "foul": 3.1, "cold": 2.7}


def sheet(folder: Path, text: str = TESTS) -> Source:
    path = folder / "tests.toml"
    path.write_text(text, encoding="utf-8")
    return Source(path=str(path))


def embedded(task: AssociationTask, angles: dict[str, float]) -> AnswerGroup:
    (sample,) = task.samples()
    payload = task.ask(sample, Capability.EMBEDS)
    assert isinstance(payload, QuestionGroup)
    vectors = []
    for question in payload.questions:
        assert isinstance(question, Embed)
        angle = next(angle for word, angle in angles.items() if word in question.text)
        vectors.append(Embedding((float(np.cos(angle)), float(np.sin(angle)))))
    return AnswerGroup(tuple(vectors))


def prepared(suite: WordAssociationSuite) -> tuple[AssociationTask, AssociationMetric, Sample]:
    task = suite.prepare(limit=None, seed=0)
    (sample,) = task.samples()
    return task, task.metric, sample


@pytest.mark.parametrize("level", ["word", "sentence"])
def test_words_on_two_sides_are_as_far_as_can_be(tmp_path: Path, level: str) -> None:
    suite = WordAssociationSuite(data=sheet(tmp_path), level=level)  # type: ignore[arg-type]
    task, metric, sample = prepared(suite)
    score = metric.measure(sample, embedded(task, DIRECTIONS))
    assert isinstance(score, Scored)
    statistics = np.array([score.statistics])
    d, p, two_sided, magnitude, share = metric.reduce(statistics, np.ones((1, 1)))[0]
    assert 1.9 < d <= 2.0
    assert magnitude == d
    assert (p, two_sided) == (1 / 20, 2 / 20)
    assert share == 0.0  # by the two-sided p, which three words a set cannot bring below that
    interval = metric.intervals(statistics, None, 0.95)[f"{metric.kind}_effect_size"]
    assert interval.low < d < interval.high
    assert {quantity.id.partition("_")[0] for quantity in metric.quantities} == {metric.kind}


def test_the_other_way_round_the_effect_is_negative(tmp_path: Path) -> None:
    task, metric, sample = prepared(WordAssociationSuite(data=sheet(tmp_path)))
    turned = {word: np.pi - angle for word, angle in DIRECTIONS.items()}
    swapped = {**turned, "nice": 0.0, "warm": 0.4, "foul": 3.1, "cold": 2.7}
    score = metric.measure(sample, embedded(task, swapped))
    assert isinstance(score, Scored)
    assert score.statistics[0] < -1.9
    assert score.statistics[3] == 1.0
    # Which words are X is the writer's choice: this way round is as rare as the other.
    assert score.statistics[6] == 2 / 20
    reading = metric.probe.readings["weat_effect_size"]
    (effect,) = effects_of(metric.probe, estimates(metric, score), {}, 0.8)
    assert (effect.p_value, effect.shown) == (2 / 20, Shown.BELOW)
    assert reading.claim_below.startswith("puts pets nearer to bad and pests nearer to good, ")


def estimates(metric: AssociationMetric, score: Scored) -> list[Estimate]:
    values = metric.reduce(np.array([score.statistics]), np.ones((1, 1)))[0]
    return [
        Estimate(
            model="m",
            suite="words",
            metric=metric.name,
            quantity=quantity,
            value=value,
            interval=None,
            stderr=None,
            n=1,
            n_unscored=0,
            n_clusters=1,
        )
        for quantity, value in zip(metric.quantities, values.tolist(), strict=True)
    ]


def test_a_p_value_is_of_one_test_alone(tmp_path: Path) -> None:
    _, metric, _ = prepared(WordAssociationSuite(data=sheet(tmp_path)))
    both = np.array([[1.0, 0.2, 5, 0.03, 0, 0, 0.06], [-0.5, 0.2, 5, 0.04, 0, 0, 0.08]])
    d, p, two_sided, magnitude, share = metric.reduce(both, np.ones((1, 2)))[0]
    assert (d, magnitude) == (0.25, 0.75)
    assert np.isnan([p, two_sided]).all()
    assert share == 0.0  # each holds alone, neither after Holm's correction


def test_an_association_the_other_way_counts_as_one(tmp_path: Path) -> None:
    _, metric, _ = prepared(WordAssociationSuite(data=sheet(tmp_path)))
    turned = np.array([[-1.8, 0.2, 5, 1.0, 0, 0, 0.002], [0.1, 0.2, 5, 0.4, 0, 0, 0.8]])
    mirrored = turned * [-1, 1, 1, 1, 1, 1, 1] + [[0, 0, 0, -0.999, 0, 0, 0], [0] * 7]
    for rows in (turned, mirrored):
        assert metric.reduce(rows, np.ones((1, 2)))[0, 4] == 0.5


def test_sets_of_unequal_size_have_a_longer_scale(tmp_path: Path) -> None:
    uneven = TESTS.replace('["rat", "flea", "tick"]', '["rat", "flea", "tick", "wasp", "gnat"]')
    task, metric, sample = prepared(WordAssociationSuite(data=sheet(tmp_path, uneven)))
    angles = {**DIRECTIONS, "wasp": 2.9, "gnat": 2.9, "pony": 0.2, "cat": 0.2, "rat": 2.9}
    score = metric.measure(sample, embedded(task, {**angles, "tick": 2.9}))
    assert isinstance(score, Scored)
    most = 8 / 15**0.5
    assert score.statistics[0] == pytest.approx(most)
    effect, *_, magnitude, _ = metric.quantities
    assert (effect.low, effect.high, magnitude.high) == (-most, most, most)
    assert metric.probe.readings[effect.id].claim.endswith("on a scale to 2.07")
    interval = metric.intervals(np.array([score.statistics]), None, 0.95)[effect.id]
    assert interval.low <= score.statistics[0] <= interval.high <= most + 1e-12
    _, even, _ = prepared(WordAssociationSuite(data=sheet(tmp_path)))
    both = replace(metric, shapes={**metric.shapes, "even": even.shapes["warmth"]})
    wide = np.array([[1.9, 1.0, 6.0, 0.1, 2, 0, 0.2, 2.0], [1.9, 1.0, 8.0, 0.1, 2, 0, 0.2, most]])
    highs = [both.intervals(rows, None, 0.95)[effect.id].high for rows in (wide[:1], wide[1:])]
    assert highs == [2.0, most]
    # The mean of both can be as large as the mean of what they can be.
    assert both.intervals(wide * [1, 9, 1, 1, 1, 1, 1, 1], None, 0.95)[effect.id].high == (
        pytest.approx((2 + most) / 2)
    )
    assert (even.quantities[0].low, even.quantities[0].high) == (-2.0, 2.0)


def test_a_test_has_one_interval_whichever_others_are_in_its_file(tmp_path: Path) -> None:
    """Of as many words as another, dealt out to X and Y otherwise."""
    other = TESTS.replace("warmth", "other").replace('"cat", "dog", "pony"', '"ape", "bee"')
    other = other.replace('"rat", "flea", "tick"', '"asp", "cow", "eel", "hen"')
    angles = {**DIRECTIONS, "cat": 1.5, "rat": 1.4, "ape": 0.1, "bee": 2.7, "asp": 0.3, "cow": 0.2}
    angles |= {"eel": 2.9, "hen": 1.1}
    found = []
    for text in (TESTS, TESTS + other):
        task = WordAssociationSuite(data=sheet(tmp_path, text)).prepare(limit=None, seed=0)
        first = next(task.samples())
        score = task.metric.measure(first, embedded(replace(task, drawn=(first,)), angles))
        assert isinstance(score, Scored)
        rows = np.array([score.statistics])
        found.append(task.metric.intervals(rows, None, 0.95)["weat_effect_size"])
    alone, together = found
    assert (alone.low, alone.high) == (together.low, together.high)
    assert alone.high == 2.0  # cut off there, and the other may be as large as 2.12


def test_a_missing_vector_is_no_score(tmp_path: Path) -> None:
    task, metric, sample = prepared(WordAssociationSuite(data=sheet(tmp_path)))
    whole = embedded(task, DIRECTIONS)
    assert isinstance(metric.measure(sample, AnswerGroup(whole.answers[1:])), Unscored)
    nowhere = AnswerGroup((Embedding((0.0, 0.0)), *whole.answers[1:]))
    assert isinstance(metric.measure(sample, nowhere), Unscored)
    alike = AnswerGroup(tuple(Embedding((1.0, 0.0)) for _ in whole.answers))
    assert isinstance(metric.measure(sample, alike), Unscored)


def test_each_word_stands_in_each_sentence(tmp_path: Path) -> None:
    suite = WordAssociationSuite(
        data=sheet(tmp_path), level="sentence", sentences=("A {word}.", "It says {word}.")
    )
    task, _, sample = prepared(suite)
    assert task.texts[sample.id][:3] == ("A cat.", "It says cat.", "A dog.")


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('"rat"', '"cat"', "stands in pets and in pests"),
        ('"dog"', '"cat"', "twice"),
        ('["nice", "warm"]', '["nice"]', "two or more"),
        ("[[test]]", "[[tests]]", "unknown key"),
    ],
)
def test_a_wrong_sheet_is_refused(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    suite = WordAssociationSuite(data=sheet(tmp_path, TESTS.replace(was, becomes)))
    with pytest.raises(ConfigError, match=said):
        suite.prepare(limit=None, seed=0)


def test_impossible_options_are_refused() -> None:
    with pytest.raises(ConfigError, match="at least 100"):
        WordAssociationSuite(permutations=5)
    with pytest.raises(ConfigError, match=r"needs \{word\}"):
        WordAssociationSuite(sentences=("no place",))
