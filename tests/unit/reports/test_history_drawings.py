from dataclasses import replace

import pytest
from fakes.synthetic_judgement import NIGHTS, SHIFT_NIGHT, synthetic_history
from fakes.synthetic_run import synthetic_run

from harness.core.history import Series
from harness.reports.axis import axis_over, tick_labels
from harness.reports.number_format import MINUS
from harness.reports.series_words import series_words
from harness.reports.sparkline import HEIGHT, WIDTH, sparkline
from harness.reports.trend_chart import trend_chart

SHIFTED, *OTHERS = synthetic_history(synthetic_run(n=1))


def places(path: str) -> list[tuple[float, float]]:
    pairs = (pair.split(" ") for pair in path.strip("MZ").split("L"))
    return [(float(x), float(y)) for x, y in pairs]


@pytest.mark.parametrize("values", [[0.2, 0.81], [-3.0, 4.0], [5.0], [0.0, 0.0], [], [1e-7, 2e-7]])
def test_an_axis_holds_its_values_between_round_ends(values: list[float]) -> None:
    axis = axis_over(values, start=100, end=0)
    assert axis.low < axis.high
    assert all(axis.low <= value <= axis.high for value in values)
    assert axis.ticks[0] == axis.low
    assert axis.ticks[-1] == axis.high
    assert 2 <= len(axis.ticks) <= 8


def test_places_run_upwards_and_stay_inside() -> None:
    axis = axis_over([0.0, 1.0], start=90, end=10)
    assert [axis.place(value) for value in (0.0, 0.5, 1.0, 7.0, -7.0)] == [90, 50, 10, 10, 90]


def test_tick_labels_have_equal_decimals_and_true_minus_signs() -> None:
    assert tick_labels((-0.5, 0.0, 0.25)) == (f"{MINUS}0.50", "0.00", "0.25")


def test_a_sparkline_draws_every_night_and_where_it_shifted() -> None:
    drawn = sparkline(SHIFTED)
    assert drawn is not None
    line = places(drawn.line)
    assert len(line) == NIGHTS
    assert all(0 < x < WIDTH and 0 < y < HEIGHT for x, y in line)
    assert drawn.last == line[-1]
    assert drawn.shifts == (("worse", line[SHIFT_NIGHT][0]),)
    before = [y for _, y in line[:SHIFT_NIGHT]]
    assert max(before) < min(y for _, y in line[SHIFT_NIGHT + 1 :])  # lower values, farther down


def test_a_long_history_is_thinned_for_the_eye() -> None:
    long = replace(SHIFTED, points=SHIFTED.points * 50)
    drawn, chart = sparkline(long), trend_chart(long)
    assert drawn is not None
    assert chart is not None
    assert len(places(drawn.line)) < 150
    assert chart.dots.count("M") < 300


def test_one_night_is_a_point_and_none_is_nothing() -> None:
    one = replace(SHIFTED, points=SHIFTED.points[:1], shifts=())
    assert sparkline(one) is not None
    assert trend_chart(one) is not None
    none = replace(SHIFTED, points=(), shifts=())
    assert sparkline(none) is None
    assert trend_chart(none) is None
    assert series_words(none) == "No run has a value."


def test_values_that_are_no_numbers_are_left_out() -> None:
    broken = replace(SHIFTED.points[3], value=float("nan"))
    series = replace(SHIFTED, points=(*SHIFTED.points[:3], broken, *SHIFTED.points[4:]))
    drawn = sparkline(series)
    assert drawn is not None
    assert len(places(drawn.line)) == NIGHTS - 1


def test_words_say_what_the_drawing_shows() -> None:
    words = series_words(SHIFTED)
    assert words.startswith("40 runs, 2026-10-14 to 2026-11-22: latest ")
    assert words.endswith("; shift for the worse on 2026-11-11, from 0.852 to 0.812.")
    assert sparkline(SHIFTED).words == words  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("move", "name", "symbol"), [(True, "better", "▲"), (False, "worse", "▼"), (None, "other", "◆")]
)
def test_shifts_are_told_by_symbol_and_date(move: object, name: str, symbol: str) -> None:
    shift = replace(SHIFTED.shifts[0], is_better=move)  # type: ignore[arg-type] # one of the three above
    chart = trend_chart(replace(SHIFTED, shifts=(shift,)))
    assert chart is not None
    (mark,) = chart.shifts
    assert (mark.name, mark.label) == (name, f"{symbol} 2026-11-11")
    assert not mark.is_label_left


def test_levels_are_the_means_between_shifts() -> None:
    chart = trend_chart(SHIFTED)
    assert chart is not None
    first, second = chart.levels.strip("M").split("M")
    assert first.rpartition("H")[2] == second.partition(" ")[0]  # one ends where the other starts
    heights = [float(part.split(" ")[1].split("H")[0]) for part in (first, second)]
    assert heights[0] < heights[1]  # the later level is lower


def test_labels_near_the_end_stand_to_the_left_and_neighbours_on_two_rows() -> None:
    shifts = tuple(
        replace(SHIFTED.shifts[0], run_id=SHIFTED.points[night].run_id) for night in (36, 38)
    )
    chart = trend_chart(replace(SHIFTED, shifts=shifts))
    assert chart is not None
    assert [mark.is_label_left for mark in chart.shifts] == [True, True]
    assert len({mark.label_y for mark in chart.shifts}) == 2


def test_a_chart_has_its_table_newest_first() -> None:
    chart = trend_chart(SHIFTED)
    assert chart is not None
    assert chart.table.caption.endswith("the newest 30 of 40 runs")
    newest = chart.table.rows[0]
    assert newest[1].text == SHIFTED.points[-1].run_id
    told = [row[4].text for row in chart.table.rows if row[4].text]
    assert told == ["shift for the worse on 2026-11-11, from 0.852 to 0.812"]


def test_a_shift_of_a_run_that_is_not_there_is_not_drawn() -> None:
    gone = replace(SHIFTED.shifts[0], run_id="gone")
    series = replace(SHIFTED, shifts=(gone,))
    drawn = sparkline(series)
    assert drawn is not None
    assert drawn.shifts == ()


def test_ids_differ_between_series_and_places() -> None:
    def name(series: Series, place: str) -> str:
        drawn = sparkline(series, place=place)
        assert drawn is not None
        return drawn.anchor

    names = {name(series, place) for series in (SHIFTED, *OTHERS) for place in ("a", "b")}
    assert len(names) == 2 * (1 + len(OTHERS))


@pytest.mark.parametrize("values", [[0.9152, 0.9152 + 1e-16], [1e6, 1e6 + 1e-8], [0.0, 1e-300]])
def test_values_that_differ_by_rounding_alone_are_one(values: list[float]) -> None:
    axis = axis_over(values, start=100, end=0)
    assert len(set(axis.ticks)) == len(axis.ticks)
    assert axis.low < min(values)
    assert axis.high > max(values)
