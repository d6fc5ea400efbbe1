"""Numbers over forms against a slow second implementation, and prompts put together again."""

from __future__ import annotations

from itertools import combinations, combinations_with_replacement

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.stats import hypergeom

from harness.core.response import AnswerGroup, Classification
from harness.core.sample import Sample
from harness.core.score import Scored
from harness.sources.template import Part
from harness.suites.forms.formatting import Formatting
from harness.suites.forms.layout import layout
from harness.suites.forms.shown_options import reordered, shown_options
from harness.suites.metrics.form_statistics import expected_range, spread_if_equal, spread_test
from harness.suites.metrics.forms import Forms
from harness.suites.metrics.option_positions import OptionPositions

LABELS = ("x", "y", "z")


def answer(label: str, shown: tuple[str, ...] = LABELS) -> Classification:
    scores = tuple(float(each == label) for each in shown)
    return Classification(labels=shown, scores=scores, is_probability=True)


def sample(target: str) -> Sample:
    return Sample(id="s", index=0, text="?", targets=(target,), choices=LABELS)


@st.composite
def answered(draw: st.DrawFn) -> tuple[list[str], list[list[str]], list[int]]:
    """Draw targets, answers by sample and form, and how often each sample was drawn."""
    n, f = draw(st.integers(1, 6)), draw(st.integers(2, 5))
    label = st.sampled_from(LABELS)
    targets = draw(st.lists(label, min_size=n, max_size=n))
    rows = st.lists(label, min_size=f, max_size=f)
    answers = draw(st.lists(rows, min_size=n, max_size=n))
    weights = draw(st.lists(st.integers(0, 3), min_size=n, max_size=n).filter(any))
    return targets, answers, weights


@given(answered())
def test_forms_agree_with_a_count_of_each_answer(
    drawn: tuple[list[str], list[list[str]], list[int]],
) -> None:
    targets, answers, weights = drawn
    f = len(answers[0])
    metric = Forms(names=tuple(map(str, range(f))))
    rows = []
    for target, given_ in zip(targets, answers, strict=True):
        score = metric.measure(sample(target), AnswerGroup(tuple(map(answer, given_))))
        assert isinstance(score, Scored)
        rows.append(score.statistics)
    reduced = metric.reduce(np.array(rows), np.array([weights], dtype=float))[0]
    found = dict(zip([q.id for q in metric.quantities], reduced, strict=True))

    kept = [
        (target, given_)
        for target, given_, weight in zip(targets, answers, weights, strict=True)
        for _ in range(weight)
    ]
    by_form = [sum(row[form] == target for target, row in kept) / len(kept) for form in range(f)]
    pairs = [[a == b for a, b in combinations(row, 2)] for _, row in kept]
    assert found["accuracy_first"] == pytest.approx(by_form[0])
    assert found["accuracy_min"] == pytest.approx(min(by_form))
    assert found["accuracy_max"] == pytest.approx(max(by_form))
    assert found["accuracy_mean"] == pytest.approx(sum(by_form) / f)
    assert found["spread"] == pytest.approx(max(by_form) - min(by_form))
    alike = [len(set(row)) == 1 for _, row in kept]
    assert found["consistency"] == pytest.approx(sum(alike) / len(kept))
    agreed = [sum(each) / len(each) for each in pairs]
    assert found["agreement"] == pytest.approx(sum(agreed) / len(kept))


@given(answered(), st.lists(st.permutations(LABELS), min_size=5, max_size=5))
def test_positions_agree_with_a_count_of_each_answer(
    drawn: tuple[list[str], list[list[str]], list[int]], orders: list[list[str]]
) -> None:
    targets, answers, weights = drawn
    metric = OptionPositions(n_positions=3)
    rows = []
    trials: list[tuple[int, bool]] = []
    picks: list[int] = []
    for target, given_, weight in zip(targets, answers, weights, strict=True):
        shown = [tuple(order) for order in orders[: len(given_)]]
        group = AnswerGroup(tuple(map(answer, given_, shown)))
        score = metric.measure(sample(target), group)
        assert isinstance(score, Scored)
        rows.append(score.statistics)
        firsts = [i for i, order in enumerate(shown) if order not in shown[:i]]
        trials += [(shown[i].index(target), given_[i] == target) for i in firsts] * weight
        picks += [shown[i].index(given_[i]) for i in firsts] * weight
    reduced = metric.reduce(np.array(rows), np.array([weights], dtype=float))[0]

    hits = [[right for place, right in trials if place == p] for p in range(3)]
    recalls = [sum(each) / len(each) for each in hits if each]
    mean = sum(recalls) / len(recalls)
    spread = (sum((one - mean) ** 2 for one in recalls) / len(recalls)) ** 0.5
    preference = sum(abs(picks.count(p) / len(picks) - 1 / 3) for p in range(3)) / 2
    expected = [min(recalls), max(recalls), spread, preference]
    assert reduced.tolist() == pytest.approx(expected, abs=1e-9)


def test_the_expected_spread_is_that_of_permutations_within_samples() -> None:
    rng = np.random.default_rng(3)
    scores = (rng.random((300, 8)) < rng.random((300, 1))).astype(float)
    expected = float(spread_if_equal(scores, np.ones((1, 300)))[0])
    spreads = [np.ptp(rng.permuted(scores, axis=1).mean(axis=0)) for _ in range(2000)]
    assert expected == pytest.approx(float(np.mean(spreads)), rel=0.03)
    test = spread_test(scores, None, 0.95, n_permutations=2000)
    low, high = np.quantile(spreads, (0.025, 0.975))
    assert (test.low, test.high) == pytest.approx((low, high), abs=0.01)


@pytest.mark.parametrize(("n_forms", "n_right"), [(2, 1), (6, 3), (20, 10)])
def test_a_single_sample_that_differs_has_one_spread_whatever_changes_places(
    n_forms: int, n_right: int
) -> None:
    scores = np.ones((50, n_forms))
    scores[7, n_right:] = 0.0
    assert spread_if_equal(scores, np.ones((1, 50))).tolist() == [1 / 50]


@pytest.mark.parametrize("n_moving", [2, 3, 5, 9])
@pytest.mark.parametrize(("n_forms", "n_right"), [(2, 1), (6, 3), (20, 1), (20, 10)])
def test_of_few_samples_that_differ_the_expected_spread_is_as_far_off_as_said(
    n_moving: int, n_forms: int, n_right: int
) -> None:
    scores = np.zeros((n_moving, n_forms))
    scores[:, :n_right] = 1.0
    expected = float(spread_if_equal(scores, np.ones((1, n_moving)))[0])
    many = np.broadcast_to(scores, (2000, *scores.shape)).copy()
    spreads = np.ptp(np.random.default_rng(0).permuted(many, axis=2).mean(axis=1), axis=1)
    assert 0.88 < expected / float(spreads.mean()) < 1.38


def spread_of_two(n_forms: int, first: int, second: int) -> float:
    """The mean spread of two samples, right in so many forms, over all of their permutations."""
    n_both = np.arange(max(0, first + second - n_forms), min(first, second) + 1)
    ranges = np.where(n_both > 0, 2, 1) - np.where(first + second - n_both < n_forms, 0, 1)
    return float(hypergeom.pmf(n_both, n_forms, first, second) @ ranges) / 2


@pytest.mark.parametrize(
    ("n_forms", "least", "most"),
    [(2, 1.12, 1.13), (4, 0.97, 1.17), (6, 0.87, 1.26), (10, 0.76, 1.37), (20, 0.62, 1.5)],
)
def test_of_two_samples_that_differ_in_any_way_the_expected_spread_is_as_far_off_as_said(
    n_forms: int, least: float, most: float
) -> None:
    ratios = []
    for first, second in combinations_with_replacement(range(1, n_forms), 2):
        scores = (np.arange(n_forms) < np.array([[first], [second]])).astype(float)
        found = float(spread_if_equal(scores, np.ones((1, 2)))[0])
        ratios.append(found / spread_of_two(n_forms, first, second))
    assert least == pytest.approx(min(ratios), abs=0.011)
    assert most == pytest.approx(max(ratios), abs=0.011)


@pytest.mark.parametrize("n_moving", [4, 6, 8])
@pytest.mark.parametrize("n_forms", [10, 20])
def test_of_few_samples_that_differ_unlike_each_other_it_is_as_far_off_as_said(
    n_moving: int, n_forms: int
) -> None:
    scores = np.zeros((n_moving, n_forms))
    scores[: n_moving // 2, 0] = 1.0
    scores[n_moving // 2 :, 1:] = 1.0
    expected = float(spread_if_equal(scores, np.ones((1, n_moving)))[0])
    many = np.broadcast_to(scores, (1000, *scores.shape)).copy()
    spreads = np.ptp(np.random.default_rng(0).permuted(many, axis=2).mean(axis=1), axis=1)
    assert 0.75 < expected / float(spreads.mean()) < 1.05


def test_the_expected_range_of_two_is_known() -> None:
    assert expected_range(2) == pytest.approx(2 / np.sqrt(np.pi), abs=1e-6)


@given(arrays.arrays(float, (20, 4), elements=st.sampled_from([0.0, 1.0])))
def test_a_whole_row_of_equal_scores_moves_no_spread(scores: np.ndarray) -> None:
    test = spread_test(scores, None, 0.9, n_permutations=50)
    padded = np.vstack((scores, np.ones((20, 4))))
    again = spread_test(padded, None, 0.9, n_permutations=50)
    assert again.spread == pytest.approx(test.spread / 2)
    assert again.p_value == test.p_value


def test_forms_that_differ_are_told_from_chance() -> None:
    scores = np.tile([1.0, 1.0, 0.0], (30, 1))
    test = spread_test(scores, None, 0.95, n_permutations=500)
    assert test.spread == 1.0
    assert test.high < 0.6
    assert test.p_value == pytest.approx(1 / 501)
    together = spread_test(scores, np.zeros(30, dtype=np.int64), 0.95, n_permutations=500)
    assert together.p_value == 1.0, "one cluster is one unit, and tells nothing"


_WORDS = st.text("ab:. \n-QA", max_size=12)


@given(_WORDS, _WORDS, _WORDS, st.lists(_WORDS.filter(str.strip), min_size=2, max_size=4))
def test_tokens_together_are_the_prompt(
    before: str, question: str, after: str, choices: list[str]
) -> None:
    listed = "\n".join(f"{mark}. {each.strip()}" for mark, each in zip("ABCD", choices))  # noqa: B905 - as many as there are
    parts = (Part(text=before + "Question: "), Part(field="q"), Part(field="o"), Part(text=after))
    values = {"q": question, "o": listed}
    prompt = "".join(part.filled(values) for part in parts)
    tokens = layout(parts, values, shown_options(prompt, choices))
    assert "".join(token.text for token in tokens) == prompt
    assert Formatting().written(tokens) == prompt


@given(
    st.lists(st.text("abcd ", min_size=1).filter(str.strip), min_size=2, max_size=5, unique=True),
    st.randoms(use_true_random=False),
)
def test_options_put_back_in_their_order_are_as_they_were(choices: list[str], rng: object) -> None:
    contents = tuple(dict.fromkeys(each.strip() for each in choices))
    if len(contents) < 2:
        return
    text = "Which?\n" + "\n".join(f"({n}) {each}" for n, each in enumerate(contents)) + "\nIt is:"
    asked = Sample(id="s", index=0, text=text, targets=contents[:1], choices=contents)
    shown = shown_options(text, contents)
    assert shown is not None
    order = list(range(len(contents)))
    rng.shuffle(order)  # type: ignore[attr-defined] # a random.Random
    moved = reordered(asked, shown, order)
    assert sorted(moved.text) == sorted(text)
    lines = moved.text.split("\n")[1:-1]
    assert lines == [f"({n}) {contents[i]}" for n, i in enumerate(order)]
