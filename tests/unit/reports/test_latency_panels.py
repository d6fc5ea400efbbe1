"""The drawings of latency: what stands where, in numbers that the test works out itself."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from fakes.synthetic_latency import latency_figures

from harness.core.figure import FigureKind
from harness.reports.number_format import ABSENT
from harness.reports.panels.distribution import (
    MAX_CURVES,
    distribution_panel,
    distribution_table,
    distribution_words,
    percentile,
)
from harness.reports.panels.panel import LEFT, RIGHT, WIDTH, Panel, series_name, told_apart
from harness.reports.panels.roofline import roofline_panel, roofline_table, roofline_words
from harness.reports.panels.scale import log_scale, scale_over
from harness.reports.panels.telemetry import telemetry_panel, telemetry_table, telemetry_words
from harness.reports.panels.throughput import throughput_panel, throughput_table, throughput_words
from harness.reports.panels.timeline import timeline_panel, timeline_table, timeline_words

DATA: dict[FigureKind, Mapping[str, Any]] = {f.kind: f.data for f in latency_figures()}
DRAW = {
    FigureKind.LATENCY_DISTRIBUTION: distribution_panel,
    FigureKind.REQUEST_TIMELINE: timeline_panel,
    FigureKind.THROUGHPUT_LATENCY: throughput_panel,
    FigureKind.ROOFLINE: roofline_panel,
    FigureKind.TELEMETRY: telemetry_panel,
}


def names(panel: Panel) -> list[str]:
    return [stroke.name for stroke in panel.strokes]


def texts(panel: Panel) -> list[str]:
    return [label.text for label in panel.labels]


def strokes(panel: Panel, name: str) -> list[str]:
    return [stroke.path for stroke in panel.strokes if name in stroke.name.split()]


def points(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path)]


def request(**changes: Any) -> dict[str, Any]:
    return {
        "label": "one", "due_ms": None, "sent_ms": 100.0, "chunk_ms": [150.0, 160.0, 170.0],
        "chunk_tokens": [1, 1, 1], "channels": "ccc", "ended_ms": 171.0, "failure": "", **changes,
    }  # fmt: skip


def timeline(*requests: dict[str, Any]) -> dict[str, Any]:
    return {"load": "c=1", "requests": list(requests)}


@pytest.mark.parametrize("kind", DRAW)
def test_all_that_is_drawn_stays_inside_the_drawing(kind: FigureKind) -> None:
    panel = DRAW[kind](DATA[kind])
    for stroke in panel.strokes:
        for x, y in points(stroke.path):
            assert 0 <= x <= WIDTH
            assert 0 <= y <= panel.height
    assert all(0 <= label.x <= WIDTH and 0 <= label.y <= panel.height for label in panel.labels)


@pytest.mark.parametrize("kind", DRAW)
def test_every_drawing_is_small(kind: FigureKind) -> None:
    panel = DRAW[kind](DATA[kind])
    assert sum(len(stroke.path) for stroke in panel.strokes) < 30_000
    assert len(panel.strokes) + len(panel.labels) < 120


def test_lines_differ_by_their_dashes_before_any_colour_returns() -> None:
    looks = [series_name(i) for i in range(36)]
    assert len(set(looks)) == 36
    assert [look.split()[1] for look in looks[:6]] == ["d0", "d1", "d2", "d3", "d4", "d5"]


def test_loads_are_told_apart_by_what_differs() -> None:
    assert told_apart(["c=1,in=8,out=2", "c=1,in=64,out=2"]) == ["in=8", "in=64"]
    assert told_apart(["c=1,in=8"]) == ["c=1,in=8"]
    assert told_apart(["in=8", "c=1,in=8"]) == ["in=8", "c=1"]
    assert told_apart([]) == []


def test_a_scale_is_logarithmic_only_where_values_span_a_lot() -> None:
    assert not scale_over([10.0, 150.0], start=0, end=100).is_log
    assert scale_over([10.0, 900.0], start=0, end=100).is_log
    assert not scale_over([0.0, 900.0], start=0, end=100).is_log


def test_a_logarithmic_scale_gives_each_factor_the_same_room() -> None:
    scale = log_scale([1.0, 100.0], start=0, end=300)
    assert [scale.place(v) for v in (1.0, 10.0, 100.0, 1e-9)] == [0.0, 150.0, 300.0, 0.0]
    assert log_scale([5.0], start=0, end=1).high > log_scale([5.0], start=0, end=1).low


def test_a_percentile_is_linear_between_quantiles() -> None:
    assert percentile([0.0, 1.0, 2.0, 4.0], 50) == 1.5
    assert percentile([7.0], 99) == 7.0


def test_a_curve_runs_from_the_fastest_request_to_the_slowest() -> None:
    data = {"quantity": "ttft", "unit": "s", "curves": [
        {"label": "c=1", "n": 5, "values": [0.0, 0.025, 0.05, 0.075, 0.1]}]}  # fmt: skip
    panel = distribution_panel(data)
    [line] = strokes(panel, "line")
    assert points(line)[0][0] == LEFT
    assert points(line)[-1][0] == WIDTH - RIGHT
    assert len(points(line)) == 5
    assert "ttft, ms" in texts(panel)


def test_far_percentiles_need_many_requests_and_are_never_guessed() -> None:
    values = [0.1 + i / 1000 for i in range(100)]
    curves = [{"label": "few", "n": 20}, {"label": "many", "n": 400}]
    data = {
        "quantity": "ttft",
        "unit": "s",
        "curves": [{**curve, "values": values} for curve in curves],
    }
    few, many = distribution_table(data).rows
    assert [cell.text for cell in few] == ["few", "20", "149.5", ABSENT, ABSENT, "199"]
    assert few[4].note == "n too small: p99 needs 300"
    assert [cell.text for cell in many][3:5] == ["189.1", "198"]
    assert len(strokes(distribution_panel(data), "dot")) == 1 + 3


def test_curves_beyond_a_dozen_are_left_to_the_table() -> None:
    curves = [{"label": f"c={i}", "n": 5, "values": [0.1, 0.2]} for i in range(MAX_CURVES + 3)]
    data = {"quantity": "ttft", "unit": "s", "curves": curves}
    assert len(strokes(distribution_panel(data), "line")) == MAX_CURVES
    assert "3 more curves are in the table alone" in distribution_words(data)
    assert len(distribution_table(data).rows) == MAX_CURVES + 3


def test_a_lane_shows_its_wait_its_prompt_and_each_chunk() -> None:
    panel = timeline_panel(timeline(request(due_ms=80.0)))
    [queue], [prefill], [chunks] = (strokes(panel, n) for n in ("queue", "prefill", "chunk"))
    assert points(queue)[0][0] < points(prefill)[0][0] < points(chunks)[0][0]
    assert chunks.count("M") == 3
    assert {"due, not yet sent", "sent, no token yet", "chunk of one token"} == {
        entry.words for entry in panel.key
    }


def test_chunks_of_several_tokens_are_taller_and_channels_have_shapes() -> None:
    several = timeline_panel(timeline(request(chunk_tokens=[1, 4, 1])))
    [one], [many] = strokes(several, "chunk")[:1], strokes(several, "many")
    heights = [float(re.findall(r"v([\d.]+)", path)[0]) for path in (one, many)]
    assert heights[1] > heights[0]
    mixed = timeline_panel(timeline(request(channels="-rt")))
    assert {"chunk nothing", "chunk reasoning", "chunk tool"} <= set(names(mixed))
    uncounted = timeline_panel(timeline(request(chunk_tokens=None)))
    assert "chunk uncounted" in names(uncounted)


def test_a_frame_without_a_token_does_not_end_the_prompt() -> None:
    table = timeline_table(timeline(request(channels="-cc", chunk_tokens=[0, 1, 1])))
    assert table.rows[0][2].text == "60"


def test_a_stall_is_marked_and_told() -> None:
    times = [150.0 + 10 * i for i in range(10)] + [540.0 + 10 * i for i in range(10)]
    stalled = request(chunk_ms=times, chunk_tokens=[1] * 20, channels="c" * 20, ended_ms=640.0)
    panel = timeline_panel(timeline(stalled))
    [words] = [stroke.words for stroke in panel.strokes if stroke.name == "stall"]
    assert words == "stall of 300 ms; the usual gap is 10 ms"
    assert "the longest gap between two chunks is 300 ms, in one" in timeline_words(
        timeline(stalled)
    )
    assert "stall" not in names(timeline_panel(timeline(request())))


def test_a_failure_is_marked_and_does_not_squeeze_the_answers() -> None:
    failed = request(
        label="lost", failure="timeout", chunk_ms=[], chunk_tokens=None, channels="",
        ended_ms=60_000.0,
    )  # fmt: skip
    panel = timeline_panel(timeline(request(), failed))
    assert "✕ lost: timeout" in texts(panel)
    [words] = [stroke.words for stroke in panel.strokes if stroke.name == "failed"]
    assert words == "failed after 59,900 ms, beyond the drawing: timeout"
    whole = points(strokes(panel, "lane")[0])
    assert whole[0][0] > 100
    assert timeline_words(timeline(request(), failed)).endswith("; 1 failed.")


def test_the_limit_and_the_knee_are_drawn_and_told() -> None:
    data = DATA[FigureKind.THROUGHPUT_LATENCY]
    panel = throughput_panel(data)
    assert {"slo", "knee", "whisker"} <= set(names(panel))
    assert sum("missed" in name for name in names(panel)) == 2
    assert {"c=1", "c=8", "c=32 (0.37 good)"} <= set(texts(panel))
    assert [row[1].remark for row in throughput_table(data).rows] == ["", "", "", "knee", "", ""]
    bare = {**data, "slo": None, "knee": None}
    assert not {"slo", "knee"} & set(names(throughput_panel(bare)))
    assert "knee" in throughput_words(data)
    assert "knee" not in throughput_words(bare)


def test_points_lie_below_the_roof_by_the_share_that_is_told() -> None:
    data = DATA[FigureKind.ROOFLINE]
    panel = roofline_panel(data)
    [roof] = strokes(panel, "roof")
    ridge = points(roof)[1]
    prefill, decode = (points(path)[0] for path in strokes(panel, "reach"))
    assert prefill[1] > ridge[1]
    assert decode[0] < ridge[0] < prefill[0]
    assert [row[4].text for row in roofline_table(data).rows] == ["0.58", "0.63"]


def test_without_peaks_there_is_no_roof() -> None:
    data = {**DATA[FigureKind.ROOFLINE], "peak_flops": None}
    assert "roof" not in names(roofline_panel(data))
    assert roofline_words(data).startswith("The peaks are not known")
    assert [row[4].text for row in roofline_table(data).rows] == [ABSENT, ABSENT]


def test_what_was_not_read_is_a_gap_and_what_never_was_is_no_strip() -> None:
    data = DATA[FigureKind.TELEMETRY]
    panel = telemetry_panel(data)
    load = strokes(panel, "line")[1]
    assert load.count("M") == 2
    assert len(strokes(panel, "line")) == 4
    assert telemetry_table(data).rows[-1][5].text == "0"


def test_only_an_unsteady_machine_is_shaded() -> None:
    data = DATA[FigureKind.TELEMETRY]
    assert "unstable" in names(telemetry_panel(data))
    steady = {**data, "unstable": []}
    assert "unstable" not in names(telemetry_panel(steady))
    assert telemetry_words(steady).startswith("The machine was steady.")


def test_what_was_not_watched_is_not_called_steady() -> None:
    partly = {**DATA[FigureKind.TELEMETRY], "unstable": [], "unwatched": ["who held the device"]}
    text = telemetry_words(partly)
    assert text.startswith("As far as the machine was watched it was steady; not watched: who held")


def test_a_share_that_never_falls_is_not_told_as_a_fall() -> None:
    data = DATA[FigureKind.THROUGHPUT_LATENCY]
    series = [{**s, "points": [{**p, "attainment": 1.0} for p in s["points"]]}
              for s in data["series"]]  # fmt: skip
    words = throughput_words({**data, "series": series})
    assert "all requests are within all limits" in words
    assert "falls to" not in words


def test_a_reading_without_a_neighbour_is_a_dot() -> None:
    data = DATA[FigureKind.TELEMETRY]
    alone = {"name": "GPU power", "unit": "W", "values": [None, 40.0, None, 42.0, 43.0]}
    panel = telemetry_panel({**data, "at_s": [0, 1, 2, 3, 4], "series": [alone]})
    (line,), (dot,) = strokes(panel, "line"), strokes(panel, "dot")
    [(x, y), *others] = points(line)
    assert points(dot) == [(x - 2.5, y)]
    assert len(others) == 2
