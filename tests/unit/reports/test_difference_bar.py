from dataclasses import replace

import pytest
from fakes.synthetic_judgement import compared_run

from harness.core.judgement import Finding
from harness.core.score import Direction
from harness.reports.difference_bar import WIDTH, difference_bar, margins_to_show
from harness.reports.number_format import MINUS

JUDGEMENT = compared_run(n=40).judgement
assert JUDGEMENT is not None
LOSS = JUDGEMENT.findings[0]
CENTRE = WIDTH / 2


def lower_is_better(finding: Finding) -> Finding:
    quantity = replace(finding.difference.quantity, direction=Direction.LOWER)
    return replace(finding, difference=replace(finding.difference, quantity=quantity))


def test_a_loss_lies_left_of_zero_beyond_the_margin() -> None:
    bar = difference_bar(LOSS, 5)
    assert bar is not None
    assert bar.band is not None
    assert bar.interval is not None
    assert bar.interval[0] < bar.value < bar.interval[1] < bar.band[0] < CENTRE < bar.band[1]
    assert bar.name == "regressed"
    assert bar.is_cut == (False, False)


def test_the_same_numbers_lie_right_where_lower_is_better() -> None:
    before, after = difference_bar(LOSS, 5), difference_bar(lower_is_better(LOSS), 5)
    assert before is not None
    assert after is not None
    assert after.value == pytest.approx(WIDTH - before.value)
    assert after.interval == pytest.approx(
        tuple(WIDTH - x for x in reversed(before.interval or ()))
    )


def test_what_goes_beyond_the_drawing_is_cut_with_an_arrow() -> None:
    bar = difference_bar(LOSS, 2)
    assert bar is not None
    assert bar.is_cut == (True, False)
    assert bar.interval is not None
    assert bar.interval[0] == bar.start


def test_the_scale_is_in_margins_and_holds_most_intervals() -> None:
    assert margins_to_show([LOSS]) == 5  # the farther end is 4.49 margins away
    assert margins_to_show([]) == 2
    assert margins_to_show([replace(LOSS, margin=0.0001)]) == 8
    assert margins_to_show([replace(LOSS, margin=1.0)]) == 2


def test_without_a_margin_there_is_no_band_and_a_scale_of_its_own() -> None:
    bar = difference_bar(replace(LOSS, margin=0.0), 5)
    assert bar is not None
    assert bar.band is None
    assert bar.start < bar.value < CENTRE
    assert bar.is_cut == (False, False)


def test_no_movement_at_all_is_a_point_in_the_middle() -> None:
    still = replace(LOSS.difference, difference=0.0, interval=None, stderr=None)
    bar = difference_bar(replace(LOSS, difference=still, margin=0.0), 5)
    assert bar is not None
    assert (bar.value, bar.interval) == (CENTRE, None)


def test_nothing_is_drawn_where_nothing_is_known() -> None:
    unknown = replace(LOSS.difference, difference=None, interval=None)
    assert difference_bar(replace(LOSS, difference=unknown), 5) is None


def test_words_say_what_is_drawn() -> None:
    bar = difference_bar(LOSS, 5)
    assert bar is not None
    assert bar.words == (
        f"difference {MINUS}0.0304, 95 % interval [{MINUS}0.045, {MINUS}0.016], margin 0.01; "
        "drawn with better to the right"
    )
