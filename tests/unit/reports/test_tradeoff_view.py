"""Models held against each other in a report: the table, the drawing, the words."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from fakes.synthetic_run import synthetic_run
from fakes.synthetic_tradeoff import synthetic_tradeoff

from harness.reports.html import HtmlRenderer
from harness.reports.json import JsonRenderer
from harness.reports.markdown import MarkdownRenderer
from harness.reports.tradeoff_panel import tradeoff_panel, tradeoff_summary
from harness.reports.tradeoff_points import Cloud, clouds
from harness.reports.tradeoff_table import gains_table, tradeoff_table
from harness.reports.tradeoff_view import tradeoff_view


def the_cloud() -> Cloud:
    (cloud,) = clouds(synthetic_tradeoff())
    return cloud


def test_a_lower_loss_is_drawn_higher_up() -> None:
    cloud = the_cloud()

    assert {point.model: point.y for point in cloud.points} == {
        "whole": 0.0,
        "fast": -0.02,
        "sound": 0.001,
        "poor": -0.5,
    }
    ends = {point.model: point.y_ends for point in cloud.points}
    assert ends["whole"] is None
    assert ends["fast"] == (-0.03, -0.01)


def test_what_is_beaten_on_both_counts_is_hollow() -> None:
    cloud = the_cloud()

    assert {point.model for point in cloud.points if point.is_optimal} == {"fast", "sound"}
    strokes = [stroke for stroke in tradeoff_panel(cloud).strokes if stroke.name.startswith("dot")]
    hollow = {stroke.words.split(" ")[0] for stroke in strokes if "missed" in stroke.name}
    assert len(strokes) == len(cloud.points)
    assert hollow == {"whole", "poor"}


def test_the_words_name_every_model() -> None:
    assert tradeoff_summary(the_cloud()) == (
        "Best on offer: sound (1.2×, +0.0010); fast (2×, −0.0200). "  # noqa: RUF001 - signs as shown
        "Beaten on both counts: whole, poor."
    )


def test_where_no_speed_is_known_size_takes_its_place() -> None:
    known = synthetic_tradeoff()
    still = replace(known, alternatives=tuple(replace(one, gains=()) for one in known.alternatives))

    (cloud,) = clouds(still)

    assert cloud.gain == "weights smaller by"
    assert {point.model: point.x for point in cloud.points} == {
        "whole": 1.0,
        "fast": 4.0,
        "sound": 2.0,
        "poor": 1.0,
    }


def test_each_model_has_a_row() -> None:
    table = tradeoff_table(synthetic_tradeoff())

    assert [column.title for column in table.columns] == [
        "Model",
        "Variant",
        "news: bits_per_byte",
        "Speed-up (tpot_p50@c=1)",
        "Weights",
        "Smaller by",
    ]
    texts = [[cell.text for cell in row] for row in table.rows]
    assert texts[0] == ["whole", "none", "base", "1×", "4 MiB", "1×"]  # noqa: RUF001 - a sign as shown
    assert texts[1][:4] == ["fast", "dynamic-int8", "+0.0200 [0.010, 0.030]", "2.00× [1.80, 2.20]"]  # noqa: RUF001
    assert texts[1][4:] == ["1 MiB", "4×"]  # noqa: RUF001 - a sign as shown
    assert len(gains_table(synthetic_tradeoff()).rows) == 3


def test_figures_are_read_in_their_units() -> None:
    row = gains_table(synthetic_tradeoff()).rows[0]
    assert [cell.text for cell in row[3:5]] == ["100 ms", "50 ms"]
    assert [cell.order for cell in row[3:5]] == [0.1, 0.05]
    first = replace(synthetic_tradeoff().alternatives[0].gains[0], base=12e9, value=3e9)
    memory = replace(first, quantity=replace(first.quantity, id="mem_rss_peak@c=1"))
    alternatives = (replace(synthetic_tradeoff().alternatives[0], gains=(memory,)),)
    (row,) = gains_table(replace(synthetic_tradeoff(), alternatives=alternatives)).rows
    assert [cell.text for cell in row[3:5]] == ["11.18 GiB", "2.794 GiB"]


def test_what_was_measured_on_an_unsteady_machine_is_marked() -> None:
    made = synthetic_tradeoff()
    (fast, *others) = made.alternatives
    shaky = replace(fast.gains[0], unsteady="the machine was not steady under the base: x")
    found = replace(made, alternatives=(replace(fast, gains=(shaky,)), *others))

    (cloud,) = clouds(found)
    panel = tradeoff_panel(cloud)

    waves = [stroke.words for stroke in panel.strokes if stroke.name == "doubt"]
    assert waves == [shaky.unsteady]
    assert [each.words for each in panel.key if each.name == "doubt"] == ["~ unstable"]
    assert "fast (2×, −0.0200, ~ unstable)" in tradeoff_summary(cloud)  # noqa: RUF001 - signs as shown
    assert [(row[3].remark, row[3].note) for row in tradeoff_table(found).rows[1:3]] == [
        ("~ unstable", shaky.unsteady),
        ("", ""),
    ]
    assert gains_table(found).rows[0][5].remark == shaky.unsteady
    assert not any(each.name == "doubt" for each in tradeoff_panel(the_cloud()).key)


def test_every_form_has_it() -> None:
    run = replace(synthetic_run(n=20), tradeoff=synthetic_tradeoff())

    page = HtmlRenderer().render(run)
    assert '<section id="trade-off"' in page
    assert "news: bits_per_byte against speed-up" in page
    assert "Not compared: poor: news: nothing in common" in page
    markdown = MarkdownRenderer().render(run)
    assert "| fast | dynamic-int8 |" in markdown
    assert "Not compared: poor: news: nothing in common" in markdown
    data = json.loads(JsonRenderer().render(run))["tradeoff"]
    assert [one["model"] for one in data["alternatives"]] == ["fast", "sound", "poor"]


def test_a_run_of_one_model_has_no_such_section() -> None:
    assert 'id="trade-off"' not in HtmlRenderer().render(synthetic_run(n=20))


@pytest.mark.parametrize(
    ("n", "has_one_source", "lead"),
    [
        (1, False, "1 model beside"),
        (1, True, "1 variant of the same weights beside"),
        (2, False, "2 models beside"),
    ],
)
def test_the_lead_counts_what_stands_beside_the_base(
    n: int, has_one_source: Any, lead: str
) -> None:
    made = synthetic_tradeoff()
    some = replace(made, alternatives=made.alternatives[:n], has_one_source=has_one_source)
    view = tradeoff_view(replace(synthetic_run(n=5), tradeoff=some), has_charts=False)
    assert view is not None
    assert view.lead == f"{lead} {made.base}"
