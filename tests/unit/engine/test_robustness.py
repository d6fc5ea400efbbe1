"""What a disturbed suite costs beside the clean one, worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fakes.paired_sides import SETTINGS, side

from harness.core.robustness import Disturbed, Share
from harness.core.score import Direction
from harness.engine.compare import Side
from harness.engine.disturbed_answers import answers_of, flipped_ids
from harness.engine.robustness import corrected, drops_of, overall_of, values_on_each
from harness.store.readings import Reading
from harness.suites.metrics.exact_match import ExactMatch
from harness.suites.metrics.perplexity import Perplexity

METRIC = ExactMatch()
N = 40


def right(*values: float) -> Side:
    """Return a side of 40 samples, the values repeated."""
    columns = len(METRIC.columns)
    rows = np.resize(np.array(values, dtype=np.float64), N)
    return side({METRIC: np.repeat(rows[:, None], columns, axis=1)})


def row(clean: Side, twin: Side, *, n_changed: int = N, changes_target: bool = False) -> Disturbed:
    return Disturbed(
        suite="",
        perturbation="",
        drops=drops_of(clean, twin, [METRIC], SETTINGS),
        changed=Share(n_hits=n_changed, n=N, interval=None),
        flipped=None,
        changes_target=changes_target,
    )


def test_a_drop_is_that_of_the_samples_scored_on_both_sides() -> None:
    clean, twin = right(1, 1, 1, 0), right(1, 0, np.nan, 0)

    (drop,) = drops_of(clean, twin, [METRIC], SETTINGS)

    # Of each four, the third has no answer once disturbed; of the rest 2 of 3 are right, then 1.
    d = drop.difference
    assert (d.n, d.n_lost) == (30, 10)
    assert [d.baseline, d.candidate] == pytest.approx([2 / 3, 1 / 3])
    assert drop.loss == pytest.approx(1 / 3)
    assert d.interval is not None
    assert drop.largest_loss == pytest.approx(-d.interval.low)


def test_the_worst_case_asks_for_right_on_the_original_and_every_variant() -> None:
    clean = right(1, 1, 1, 0)
    twins = [right(1, 0, 1, 1), right(1, 1, 0, 1)]

    values = values_on_each(clean, twins, [METRIC])
    worst, mean = overall_of(clean, [METRIC], values, SETTINGS)

    assert (worst.kind, mean.kind) == ("worst", "mean")
    assert worst.difference.candidate == 0.25  # the first of each four alone
    assert mean.difference.candidate == pytest.approx((1 + 0.5 + 0.5 + 1) / 4)
    assert worst.difference.difference == pytest.approx(-0.5)
    assert worst.difference.p_value is None  # it cannot but be worse
    assert worst.interval is not None
    assert worst.interval.low < 0.25 < worst.interval.high


def test_samples_without_every_score_have_no_worst_value() -> None:
    clean = right(1, 1, 1, 0)

    values = values_on_each(clean, [right(0, np.nan, 1, 1)], [METRIC])
    worst, _ = overall_of(clean, [METRIC], values, SETTINGS)

    assert worst.n_left_out == 10
    assert worst.difference.n == 30
    assert worst.difference.candidate == pytest.approx(1 / 3)


def test_the_worst_of_a_loss_is_the_highest() -> None:
    metric = Perplexity()
    quantities = {q.id: q for q in metric.quantities if q.is_headline}
    assert {q.direction for q in quantities.values()} == {Direction.LOWER}
    rng = np.random.default_rng(1)
    rows = rng.uniform(1, 2, (N, len(metric.columns)))

    # Perplexity and bits per byte divide sums by sums: a sample alone has no part of their mean.
    values = values_on_each(side({metric: rows}), [side({metric: rows * 2})], [metric])

    assert values == {}


def test_holm_counts_the_perturbations_that_changed_texts_and_not_their_meaning() -> None:
    clean, twin = right(1, 1, 1, 0), right(1, 0, 1, 0)
    raw = row(clean, twin).drops[0].difference.p_value
    assert raw is not None

    rows = corrected(
        [
            row(clean, twin),
            row(clean, twin),
            row(clean, clean, n_changed=0),
            row(clean, right(0, 0, 0, 1), changes_target=True),
        ]
    )

    assert [one.drops[0].p_adjusted for one in rows] == [
        pytest.approx(2 * raw),
        pytest.approx(2 * raw),
        None,
        None,
    ]
    assert rows[0].drops[0].is_shown(0.95)
    assert rows[2].is_idle


def test_flips_are_counted_over_answers_read_on_both_sides() -> None:
    def reading(text: str, answer: str | None, *, is_read: bool = True) -> Reading:
        return Reading(text.encode(), is_read=is_read, answer=answer)

    clean = {
        "same": reading("a", "good"),
        "flipped": reading("b", "good"),
        "fickle": reading("c", "good"),
        "failed": reading("d", "good"),
        "never": reading("e", None, is_read=False),
        "gone": reading("f", "good"),
    }
    disturbed = {
        "same": reading("A", "good"),
        "flipped": reading("B", "bad"),
        "fickle": reading("c", "bad"),
        "failed": reading("D", None, is_read=False),
        "never": reading("E", "bad"),
    }

    found = answers_of(clean, disturbed, {}, 0.95)

    assert (found.changed.n_hits, found.changed.n) == (4, 5)
    assert found.flipped is not None
    assert (found.flipped.n_hits, found.flipped.n) == (2, 3)
    assert found.n_flipped_alone == 1
    assert (found.n_failed_clean, found.n_failed) == (1, 1)
    assert list(flipped_ids(clean, disturbed)) == ["flipped"]


def test_a_text_that_could_not_be_disturbed_is_not_among_those_that_might_have_changed() -> None:
    clean = {str(i): Reading(b"a", is_read=True, answer="good") for i in range(4)}
    disturbed = {
        "0": Reading(b"b", is_read=True, answer="good"),
        "1": Reading(b"a", is_read=True, answer="good"),
        "2": Reading(b"a", is_read=False, answer=None, is_made=False),
        "3": Reading(b"b", is_read=False, answer=None),
    }

    found = answers_of(clean, disturbed, {}, 0.95)

    assert (found.changed.n_hits, found.changed.n) == (2, 3)
    assert found.n_failed == 2


def test_answers_of_one_cluster_do_not_count_as_so_many() -> None:
    clean = {str(i): Reading(b"a", is_read=True, answer="good") for i in range(40)}
    twin = {
        str(i): Reading(b"b", is_read=True, answer="good" if i < 20 else "bad") for i in range(40)
    }

    alone = answers_of(clean, twin, {}, 0.95).flipped
    together = answers_of(clean, twin, {str(i): str(i // 10) for i in range(40)}, 0.95).flipped

    assert alone is not None and together is not None  # noqa: PT018 - for the type checker
    assert alone.interval is not None and together.interval is not None  # noqa: PT018 - the same
    assert together.interval.low < alone.interval.low
    assert together.value == alone.value == 0.5


def test_outputs_that_name_no_answer_have_no_flips() -> None:
    clean = {"a": Reading(b"a", is_read=True, answer=None)}

    assert answers_of(clean, clean, {}, 0.95).flipped is None


def test_slices_have_no_part_in_it() -> None:
    clean = right(1, 1, 1, 0)
    sliced = replace(clean, scores=replace(clean.scores, slices={"genre": ["a", "b"] * 20}))

    assert len(drops_of(sliced, sliced, [METRIC], SETTINGS)) == 1
