"""One number of a load test as a metric: names, intervals, and what a table is told."""

from __future__ import annotations

from statistics import fmean, geometric_mean

import numpy as np
import pytest
from fakes.timed_model import profile_of, streamed, whole
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from harness.core.build import Problems, build, options_of
from harness.core.errors import UnknownName
from harness.core.response import Generation
from harness.core.sample import Sample
from harness.core.score import Direction, Scored, Unscored
from harness.suites.latency.limits import Slo
from harness.suites.latency.measures import all_measures
from harness.suites.latency.metric import Latency

ROUND = Sample(id="round 1", index=0, text="round 1")
LOAD = "c=1,in=16,out=4"


def test_a_number_is_named_by_what_and_where() -> None:
    metric = Latency(quantity="tpot_p50", load=LOAD)
    (quantity,) = metric.quantities

    assert metric.name == f"latency:tpot_p50@{LOAD}"
    assert (quantity.stem, quantity.load, quantity.unit) == ("tpot_p50", LOAD, "round")
    assert (quantity.direction, quantity.is_headline) == (Direction.LOWER, True)
    assert Latency(quantity="load_s").name == "latency:load_s"


def test_it_can_be_made_again_from_its_options() -> None:
    metric = Latency(quantity="goodput", load=LOAD, slo=Slo(ttft_ms=200.0))
    problems = Problems()

    assert build(Latency, options_of(metric), "metric", problems) == metric
    assert not len(problems)


def test_what_nobody_can_measure_is_refused() -> None:
    with pytest.raises(UnknownName, match="did you mean"):
        Latency(quantity="tpot_p5")


def test_memory_is_a_headline_where_objectives_are_set_and_says_so() -> None:
    (plain,) = Latency(quantity="mem_rss_peak").quantities
    (promised,) = Latency(quantity="mem_rss_peak", slo=Slo(e2e_ms=1.0)).quantities
    assert (plain.is_headline, promised.is_headline) == (False, True)
    assert "a headline where objectives are set" in plain.definition


def test_every_measure_says_its_unit_unless_it_has_none() -> None:
    units = ("seconds", "per second", "bytes", "joules", "currency", "tokens of")
    bare = {
        name
        for name, measure in all_measures().items()
        if not any(unit in measure.definition for unit in units)
    }

    # The share of bandwidth names the peak that it is a share of, in bytes per second.
    assert bare == {"requests", "error_rate", "attainment", "mfu", "mfu_prefill"}


@pytest.mark.parametrize("quantity", ["tpot_p50", "goodput", "attainment"])
def test_intervals_are_students_over_rounds(quantity: str) -> None:
    values = np.array([[0.020], [0.022], [0.019], [0.0205]])
    is_log = quantity != "attainment"
    scale = np.log(values[:, 0]) if is_log else values[:, 0]
    expected = stats.t.interval(0.9, 3, loc=scale.mean(), scale=stats.sem(scale))
    metric = Latency(quantity=quantity, load=LOAD)

    (interval,) = metric.intervals(values, None, 0.9).values()

    low, high = np.exp(expected) if is_log else expected
    assert (interval.low, interval.high) == pytest.approx((low, high), rel=1e-12)
    assert interval.method == ("log-t" if is_log else "t")


@pytest.mark.parametrize("values", [[0.02], [0.02, 0.02]])
def test_one_round_or_equal_ones_have_none(values: list[float]) -> None:
    assert Latency(load=LOAD).intervals(np.array(values)[:, None], None, 0.95) == {}


@pytest.mark.parametrize("name", [name for name, m in all_measures().items() if not m.is_median])
@settings(max_examples=10)
@given(
    values=st.lists(
        st.integers(1, 1000).map(lambda k: k / 1000), min_size=2, max_size=8, unique=True
    )
)
def test_the_mean_of_a_table_is_that_of_a_comparison_and_lies_in_its_interval(
    name: str, values: list[float]
) -> None:
    rounds = np.array(values)[:, None]
    metric = Latency(quantity=name, load=LOAD)
    mean = metric.reduce(rounds, np.ones((1, len(values))))[0, 0]
    (interval,) = metric.intervals(rounds, None, 0.95).values()
    is_ratio = metric.quantities[0].is_log_scale(values)

    assert interval.low <= mean <= interval.high
    assert mean == pytest.approx(geometric_mean(values) if is_ratio else fmean(values), rel=1e-9)


def test_a_round_at_zero_has_a_plain_mean_and_interval() -> None:
    """An inter-token time is 0 where tokens come in bursts, and 0 has no logarithm."""
    values = np.array([[0.0], [0.002], [0.001]])
    metric = Latency(quantity="itl_p50", load=LOAD)
    (interval,) = metric.intervals(values, None, 0.95).values()

    assert interval.method == "t"
    assert metric.reduce(values, np.ones((1, 3)))[0, 0] == pytest.approx(0.001, rel=1e-12)
    assert metric.reduce(values, np.array([[0.0, 1, 1]]))[0, 0] == pytest.approx(0.0015, rel=1e-12)


@pytest.mark.parametrize("quantity", ["energy_j", "j_per_tok", "j_per_item"])
@pytest.mark.parametrize("least", [-3.0, 3.0])
def test_energies_have_a_plain_mean_whatever_their_sign(quantity: str, least: float) -> None:
    """An idle machine may take more than one under a light load, by the noise of both."""
    values = np.array([[least], [20.0], [15.0]])
    metric = Latency(quantity=quantity, load=LOAD)
    (interval,) = metric.intervals(values, None, 0.95).values()

    mean = metric.reduce(values, np.ones((1, 3)))[0, 0]
    assert mean == pytest.approx(values.mean(), rel=1e-12)
    assert interval.method == "t"
    assert (interval.low + interval.high) / 2 == pytest.approx(mean, rel=1e-12)
    assert metric.quantities[0].low is None


def test_another_load_and_another_output_have_no_number() -> None:
    other = Latency(quantity="tpot_p50", load="c=2,in=16,out=4").measure(
        ROUND, profile_of(streamed())
    )
    assert other == Unscored("this model was not put under such a load", is_moot=True)
    text = Generation(text="hello", finish_reason="stop")
    assert isinstance(Latency(load=LOAD).measure(ROUND, text), Unscored)


def test_answers_that_came_whole_have_no_time_to_the_first_token() -> None:
    output = profile_of(whole(), whole())

    for name in ("ttft_p50", "tpot_p50", "itl_p50", "stall_max", "prefill_tps", "out_tps"):
        score = Latency(quantity=name, load=LOAD).measure(ROUND, output)
        assert isinstance(score, Unscored), name
        assert score.is_moot, name
    assert isinstance(Latency(quantity="e2e_p50", load=LOAD).measure(ROUND, output), Scored)
