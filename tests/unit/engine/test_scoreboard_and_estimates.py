"""From answers to estimates: counts, slices, clusters, order, and what is undefined."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from fakes.toy_suite import ToyCorpusMetric, ToyMetric
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

from harness.core.estimate import Estimate
from harness.core.response import Generation, Output
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness.engine.corpus import N_GROUPS, corpus_estimates
from harness.engine.estimate import MAX_SLICES, Context, estimates_of, slices_left_out
from harness.engine.score import Scoreboard
from harness.stats.jackknife import jackknife_stderr
from harness.suites.metrics.chrf import Chrf
from harness.suites.metrics.token_f1 import TokenF1

CONTEXT = Context(model="m", suite="s", seed=5, confidence_level=0.9, signature={"data": "d"})


def sample(index: int, **fields: Any) -> Sample:
    return Sample(id=f"id-{index}", index=index, text="q", targets=("right",), **fields)


def said(text: str) -> Output:
    return Generation(text=text, finish_reason="stop")


def board_of(pairs: Iterable[tuple[Sample, Output | Unscored]]) -> Scoreboard:
    board = Scoreboard([ToyMetric()], keep_outputs=True)
    for one, reading in pairs:
        board.add(one, reading)
    return board


def estimates(board: Scoreboard) -> dict[tuple[str, tuple[str, str] | None], Estimate]:
    return {(e.quantity.id, e.slice): e for e in estimates_of(board, CONTEXT)}


def test_scores_are_named_by_metric_and_column() -> None:
    board = Scoreboard([ToyMetric()], keep_outputs=False)
    assert board.add(sample(0), said("right")) == ({"toy.right": 1.0, "toy.length": 5.0}, {})
    assert board.add(sample(1), said("unreadable")) == ({}, {"toy": "unreadable"})
    assert board.add(sample(2), Unscored("failure: timeout")) == ({}, {"toy": "failure: timeout"})
    assert len(board) == 3
    assert board.outputs is None


def test_an_estimate_tells_all_that_is_needed_to_believe_it() -> None:
    answers = ["right", "wrong", "right", "unreadable"]
    found = estimates(board_of((sample(i), said(text)) for i, text in enumerate(answers)))
    right = found["right", None]
    assert right.value == pytest.approx(2 / 3)
    assert (right.n, right.n_unscored, right.n_clusters) == (3, 1, 3)
    assert (right.model, right.suite, right.metric, right.seed) == ("m", "s", "toy", 5)
    assert right.signature == "data:d|toy:1"
    assert right.interval is not None
    assert right.interval.level == 0.9
    assert right.interval.low <= 2 / 3 <= right.interval.high
    assert right.note == ""


def test_an_interval_is_cut_at_what_is_possible_and_the_standard_error_is_not() -> None:
    board = Scoreboard([TokenF1()], keep_outputs=False)
    for index, text in enumerate(["right", "right or wrong", "wrong"]):
        board.add(sample(index), said(text))
    (estimate,) = estimates_of(board, CONTEXT)
    assert estimate.value == pytest.approx(0.5)
    assert estimate.interval is not None
    assert (estimate.interval.low, estimate.interval.high) == (0.0, 1.0)
    assert estimate.stderr is not None
    assert estimate.stderr > 0.5 / ndtri(0.95)


def test_few_clusters_allow_no_bootstrap() -> None:
    def interval(n_clusters: int) -> object:
        board = Scoreboard([Chrf()], keep_outputs=False)
        for index in range(40):
            one = sample(index, cluster=f"c{index % n_clusters}")
            board.add(one, said("right" if index % 3 else "wrong"))
        (estimate,) = estimates_of(board, CONTEXT)
        return estimate.interval

    assert interval(2) is None
    assert interval(20) is not None


@pytest.mark.parametrize("n", [0, 3])
def test_nothing_scored_is_no_number(n: int) -> None:
    board = board_of((sample(i), Unscored("failure: timeout")) for i in range(n))
    for estimate in (
        *estimates_of(board, CONTEXT),
        *corpus_estimates(board, (ToyCorpusMetric(),), CONTEXT),
    ):
        assert (estimate.value, estimate.interval, estimate.stderr) == (None, None, None)
        assert (estimate.n, estimate.n_unscored) == (0, n)
        assert estimate.note == "nothing was scored"


def test_unscored_samples_are_counted_in_their_slice() -> None:
    readings = [("a", said("right")), ("a", Unscored("failure: timeout")), ("b", said("wrong"))]
    found = estimates(
        board_of(
            (sample(i, slices={"part": part}), reading)
            for i, (part, reading) in enumerate(readings)
        )
    )
    first, second = found["right", ("part", "a")], found["right", ("part", "b")]
    assert (first.value, first.n, first.n_unscored) == (1.0, 1, 1)
    assert (second.value, second.n, second.n_unscored) == (0.0, 1, 0)
    assert ("length", ("part", "a")) not in found  # slices repeat the headline alone


def test_samples_without_a_slice_shift_nobody_else() -> None:
    slices = [{}, {"part": "a"}, {}, {"part": "b", "late": "x"}, {"part": "a"}, {}]
    answers = ["wrong", "right", "wrong", "wrong", "right", "right"]
    found = estimates(
        board_of(
            (sample(i, slices=own), said(text))
            for i, (own, text) in enumerate(zip(slices, answers, strict=True))
        )
    )
    values = {key[1]: (e.value, e.n) for key, e in found.items() if key[0] == "right"}
    assert values == {
        None: (0.5, 6),
        ("part", "a"): (1.0, 2),
        ("part", "b"): (0.0, 1),
        ("late", "x"): (0.0, 1),
    }


def test_too_many_slices_are_told() -> None:
    n = MAX_SLICES + 1
    board = board_of((sample(i, slices={"author": f"{i:04}"}), said("right")) for i in range(n))
    found = estimates(board)
    assert sum(key[1] is not None for key in found) == MAX_SLICES
    assert list(slices_left_out(board, CONTEXT)) == [
        f"column 'author' has {n} slices: the first {MAX_SLICES} are estimated"
    ]


def test_parts_that_the_suite_makes_are_never_left_out() -> None:
    n = MAX_SLICES + 1
    board = board_of((sample(i, slices={"task": f"{i:04}"}), said("right")) for i in range(n))
    context = replace(CONTEXT, part_slices=("task",))
    found = [e.slice for e in estimates_of(board, context) if e.quantity.id == "right"]
    assert found == [None, *(("task", f"{i:04}") for i in range(n))]
    assert list(slices_left_out(board, context)) == []


def test_clusters_widen_the_interval_and_are_counted() -> None:
    rng = random.Random(0)
    texts = ["right" if rng.random() < 0.5 else "wrong" for _ in range(40)]
    alone = board_of((sample(i), said(texts[i // 10])) for i in range(400))
    grouped = board_of((sample(i, cluster=f"c{i // 10}"), said(texts[i // 10])) for i in range(400))
    one, other = (estimates(board)["right", None] for board in (alone, grouped))
    assert one.value == other.value
    assert (one.n_clusters, other.n_clusters) == (400, 40)
    assert one.stderr is not None
    assert other.stderr == pytest.approx(one.stderr * np.sqrt(10), rel=0.15)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["right", "wrong", "unreadable", "quite long"]),
            st.sampled_from(["a", "b", None]),
            st.sampled_from(["x", "y", "z", "w"]),
        ),
        min_size=1,
        max_size=30,
    ),
    st.integers(0, 1000),
)
def test_the_order_of_answers_changes_nothing(
    rows: list[tuple[str, str | None, str]], seed: int
) -> None:
    pairs = [
        (sample(i, slices={"part": part} if part else {}, cluster=cluster), said(text))
        for i, (text, part, cluster) in enumerate(rows)
    ]
    shuffled = random.Random(seed).sample(pairs, len(pairs))
    one, other = board_of(pairs), board_of(shuffled)
    assert list(estimates_of(one, CONTEXT)) == list(estimates_of(other, CONTEXT))
    metrics = (ToyCorpusMetric(),)
    assert list(corpus_estimates(one, metrics, CONTEXT)) == list(
        corpus_estimates(other, metrics, CONTEXT)
    )


class TestCorpusMetrics:
    def board(self, n: int, n_clusters: int | None = None) -> Scoreboard:
        return board_of(
            (
                sample(i, cluster=f"c{i % n_clusters}" if n_clusters else None),
                said(f"text {i % 60}"),
            )
            for i in range(n)
        )

    def test_the_jackknife_leaves_out_one_group_at_a_time(self) -> None:
        sizes: list[int] = []

        class Counting(ToyCorpusMetric):
            def compute(self, samples: Any, outputs: Any) -> Any:
                sizes.append(len(samples))
                return super().compute(samples, outputs)

        (estimate,) = corpus_estimates(self.board(100), (Counting(),), CONTEXT)
        assert sizes == [100] + [95] * N_GROUPS
        assert estimate.interval is not None
        assert estimate.interval.method == "jackknife-20-groups"
        assert estimate.interval.level == 0.9
        assert estimate.value == 60

    def test_its_standard_error_is_the_jackknifes_own(self) -> None:
        values: list[float] = []

        class Keeping(ToyCorpusMetric):
            def compute(self, samples: Any, outputs: Any) -> Any:
                found = super().compute(samples, outputs)
                values.append(found["variety"])
                return found

        (estimate,) = corpus_estimates(self.board(100), (Keeping(),), CONTEXT)
        assert estimate.stderr == pytest.approx(jackknife_stderr(values[1:]))

    def test_a_cluster_stays_together(self) -> None:
        clusters: list[Counter[str | None]] = []

        class Keeping(ToyCorpusMetric):
            def compute(self, samples: Any, outputs: Any) -> Any:
                clusters.append(Counter(one.cluster for one in samples))
                return super().compute(samples, outputs)

        (estimate,) = corpus_estimates(self.board(100, 50), (Keeping(),), CONTEXT)
        assert estimate.n_clusters == 50
        assert all(set(counts.values()) == {2} for counts in clusters)

    @pytest.mark.parametrize("n", [1, 2 * N_GROUPS - 1])
    def test_too_few_samples_have_no_interval(self, n: int) -> None:
        (estimate,) = corpus_estimates(self.board(n), (ToyCorpusMetric(),), CONTEXT)
        assert estimate.value is not None
        assert estimate.interval is None
        assert estimate.note == "an interval needs 40 independent samples"

    def test_parts_of_the_suite_have_numbers_of_their_own(self) -> None:
        slices = [{"task": "ab"[i % 2], "kind": "x"} for i in range(100)]
        board = board_of(
            (sample(i, slices=own), said(f"text {i % 60 if own['task'] == 'a' else 1}"))
            for i, own in enumerate(slices)
        )
        board.add(sample(100, slices={"task": "b"}), Unscored("failure: timeout"))
        context = replace(CONTEXT, part_slices=("task", "group"))
        found = list(corpus_estimates(board, (ToyCorpusMetric(),), context))
        assert [(e.slice, e.value, e.n, e.n_unscored) for e in found] == [
            (None, 31, 100, 1),
            (("task", "a"), 30, 50, 0),
            (("task", "b"), 1, 50, 1),
        ]
        assert found[1].interval is not None

    def test_a_part_without_the_number_is_left_out_and_one_without_answers_is_not(self) -> None:
        class OfOne(ToyCorpusMetric):
            def compute(self, samples: Any, outputs: Any) -> Any:
                own = [pair for pair in zip(samples, outputs, strict=True) if pair[0].slices["p"]]
                return super().compute(*zip(*own, strict=True)) if own else {}

        readings = [("", said("x")), ("lost", Unscored("failure: timeout")), ("own", said("x"))]
        board = board_of((sample(i, slices={"p": p}), r) for i, (p, r) in enumerate(readings))
        found = corpus_estimates(board, (OfOne(),), replace(CONTEXT, part_slices=("p",)))
        assert [(e.slice, e.value, e.n) for e in found] == [
            (None, 1, 2),
            (("p", "lost"), None, 0),
            (("p", "own"), 1, 1),
        ]

    def test_a_number_that_a_part_does_not_have(self) -> None:
        class OnTheWholeOnly(ToyCorpusMetric):
            def compute(self, samples: Any, outputs: Any) -> Any:
                del outputs
                return {"variety": 1.0} if len(samples) == 100 else {}

        (estimate,) = corpus_estimates(self.board(100), (OnTheWholeOnly(),), CONTEXT)
        assert (estimate.value, estimate.interval) == (1.0, None)
        assert estimate.note.startswith("no interval: ")

    @pytest.mark.parametrize("found", [{}, {"variety": float("nan")}, {"variety": float("inf")}])
    def test_a_number_that_is_none(self, found: dict[str, float]) -> None:
        class Undefined(ToyCorpusMetric):
            def compute(self, samples: Any, outputs: Any) -> Any:
                del samples, outputs
                return found

        (estimate,) = corpus_estimates(self.board(100), (Undefined(),), CONTEXT)
        assert estimate.value is None
        assert estimate.note == "undefined on these samples"
