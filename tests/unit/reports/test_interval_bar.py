from dataclasses import replace

import pytest
from fakes.synthetic_run import synthetic_run

from harness.core.estimate import Estimate, Interval
from harness.reports.interval_bar import WIDTH, Scale, interval_bar, scale_for

BOUNDED = synthetic_run(n=1).estimates[0]


def unbounded(value: float, low: float, high: float) -> Estimate:
    quantity = replace(BOUNDED.quantity, low=1.0, high=None)
    interval = Interval(low=low, high=high, level=0.95, method="t")
    return replace(BOUNDED, quantity=quantity, value=value, interval=interval, stderr=1.0)


def test_a_bounded_quantity_is_drawn_on_its_own_range() -> None:
    scale = scale_for([BOUNDED])
    assert (scale.low, scale.high) == (0.0, 1.0)


def test_peers_of_an_unbounded_quantity_share_one_round_range() -> None:
    scale = scale_for([unbounded(23.4, 21.1, 25.8), unbounded(31.0, 29.0, 33.0)])
    assert (scale.low, scale.high) == (20.0, 35.0)


def test_a_range_does_not_leave_what_is_possible() -> None:
    assert scale_for([unbounded(1.2, 1.1, 9.0)]).low == 1.0


def test_a_single_point_has_a_range_around_it() -> None:
    scale = scale_for([replace(unbounded(5.0, 5.0, 5.0), interval=None)])
    assert scale.low < 5.0 < scale.high


def test_places_lie_inside_the_drawing_even_for_values_beyond_the_scale() -> None:
    scale = Scale(0.0, 1.0)
    places = [scale.position(value) for value in (-5.0, 0.0, 0.5, 1.0, 7.0)]
    assert places[0] == places[1]
    assert places[2] == pytest.approx(WIDTH / 2)
    assert places[3] == places[4]
    assert 0 < places[0] < places[2] < places[3] < WIDTH


def test_bar_says_in_words_what_it_draws() -> None:
    bar = interval_bar(BOUNDED, Scale(0.0, 1.0))
    assert bar is not None
    assert bar.words == "0.812, 95 % interval 0.774 to 0.850; scale from 0 to 1"
    assert bar.low is not None
    assert bar.high is not None
    assert bar.low < bar.value < bar.high


def test_nothing_is_drawn_without_a_value() -> None:
    assert interval_bar(replace(BOUNDED, value=None), Scale(0.0, 1.0)) is None
    bar = interval_bar(replace(BOUNDED, interval=None), Scale(0.0, 1.0))
    assert bar is not None
    assert (bar.low, bar.high) == (None, None)
