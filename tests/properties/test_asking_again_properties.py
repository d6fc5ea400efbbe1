"""What the passes over the questions, and contexts at any depth, keep whatever is drawn."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.suites.determinism.pair import shared_prefix
from harness.suites.determinism.passes import drawn_alone, in_company
from harness.suites.position.context import Context, place_of
from harness.suites.position.metric import PositionMetric

names = st.lists(st.text(max_size=4), unique=True, min_size=1, max_size=30)
seeds = st.integers(0, 2**31)


@given(names, st.integers(2, 6), seeds)
def test_every_question_is_in_exactly_one_part(
    questions: list[str], n_parts: int, seed: int
) -> None:
    dealt = in_company(questions, n_parts, seed)
    assert Counter(name for part in dealt for name in part) == Counter(questions)
    assert len(dealt) == min(n_parts, len(questions))
    sizes = [len(part) for part in dealt]
    assert max(sizes) - min(sizes) <= 1
    assert dealt == in_company(questions, n_parts, seed)


@given(names, st.integers(0, 40), seeds)
def test_so_many_questions_are_asked_alone(questions: list[str], n: int, seed: int) -> None:
    alone = drawn_alone(questions, n, seed)
    assert alone <= set(questions)
    assert len(alone) == min(n, len(questions))


@given(st.text(max_size=8), st.text(max_size=8))
def test_a_shared_prefix_is_the_longest_that_both_have(first: str, other: str) -> None:
    n = shared_prefix(first, other)
    assert n == shared_prefix(other, first)
    assert first[:n] == other[:n]
    assert first[: n + 1] != other[: n + 1] or first == other


@given(st.floats(0, 1), st.integers(2, 50))
def test_the_evidence_stands_where_its_depth_says(depth: float, size: int) -> None:
    place = place_of(depth, size)
    context = Context(
        id="c", cluster="c", evidence="gold", others=tuple(map(str, range(size - 1))),
        question="?", answers=("x",), rivals=(),
    )  # fmt: skip
    items = context.items(place)
    assert items[place] == "gold"
    assert tuple(item for item in items if item != "gold") == context.others
    assert abs(place - depth * (size - 1)) <= 0.5


rows = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0]), st.sampled_from([0.0, 0.25, 0.5, 1.0])),
    min_size=1, max_size=40,
)  # fmt: skip


@settings(max_examples=60)
@given(rows, st.integers(1, 5))
def test_depths_bound_the_accuracy_and_weights_are_copies(
    drawn: list[tuple[float, float]], copies: int
) -> None:
    statistics, metric = np.array(drawn), PositionMetric()
    weights = np.full((1, len(drawn)), float(copies))
    (values,) = metric.reduce(statistics, weights)
    (repeated,) = metric.reduce(
        np.repeat(statistics, copies, axis=0), np.ones((1, weights.size * copies))
    )
    np.testing.assert_allclose(values, repeated, atol=1e-12)
    accuracy, worst, spread, middle = values
    if not np.isnan(worst):
        assert worst - 1e-12 <= accuracy <= worst + spread + 1e-12
        assert 0 <= spread <= 1
    if not np.isnan(middle):
        assert abs(middle) <= spread + 1e-12
