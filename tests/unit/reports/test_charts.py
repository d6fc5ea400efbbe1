from dataclasses import replace

import pytest
from fakes.synthetic_latency import latency_figures
from fakes.synthetic_run import MODELS, SUITES, synthetic_run

from harness.core.figure import Figure, FigureKind
from harness.reports.charts import chart, slice_chart
from harness.reports.figure_tables import MAX_POINTS
from harness.reports.plain_data import script_json
from harness.reports.suite_view import suite_views
from harness.reports.thinning import thinned

RUN = synthetic_run()
FIGURES = {figure.kind: figure for figures in RUN.figures.values() for figure in figures}
FIGURES |= {figure.kind: figure for figure in latency_figures()}
FIGURES[FigureKind.ATTACK_BUDGET] = Figure(
    kind=FigureKind.ATTACK_BUDGET,
    title="Success against queries",
    data={
        "n": 40,
        "curves": [
            {"label": "attack", "n_queries": [1, 7, 30, 62], "success_rate": [0, 0.5, 0.75, 0.75]},
            {"label": "random search", "n_queries": [1, 50, 62], "success_rate": [0, 0.1, 0.1]},
        ],
    },
)
FIGURES[FigureKind.ACCURACY_BY_DEPTH] = Figure(
    kind=FigureKind.ACCURACY_BY_DEPTH,
    title="Accuracy by place",
    data={
        "series": [
            {
                "label": "10 keys",
                "points": [
                    {
                        "depth": 0.0,
                        "value": 0.9,
                        "low": 0.7,
                        "high": 0.97,
                        "n": 20,
                        "n_unscored": 0,
                    },
                    {
                        "depth": 0.5,
                        "value": 0.4,
                        "low": None,
                        "high": None,
                        "n": 8,
                        "n_unscored": 2,
                    },
                ],
            },
            {
                "label": "99 keys",
                "points": [
                    {"depth": d, "value": None, "low": None, "high": None, "n": 0, "n_unscored": 5}
                    for d in (0.0, 0.5)
                ],
            },
        ]
    },
)

FIGURES[FigureKind.COUNTERFACTUAL] = Figure(
    kind=FigureKind.COUNTERFACTUAL,
    title="Probability of 'x'",
    data={
        "label": "x",
        "measure": "scores",
        "n": 40,
        "pairs": [
            {"written": "a", "swapped": "b", "n": 20, "value": 0.1, "low": 0.05, "high": 0.15,
             "size": 0.1, "p_value": 0.001, "p_holm": 0.002},
            {"written": "b", "swapped": "a", "n": 20, "value": -0.02, "low": -0.1, "high": 0.06,
             "size": 0.1, "p_value": 0.4, "p_holm": 0.4},
        ],
    },
)  # fmt: skip
FIGURES[FigureKind.COUNTERFACTUAL_EXAMPLES] = Figure(
    kind=FigureKind.COUNTERFACTUAL_EXAMPLES,
    title="What changed most",
    data={
        "axis": "gender",
        "label": "x",
        "n": 2,
        "n_asked": 2,
        "n_texts": 5,
        "left_out": {"names no group": 3},
        "n_changed": 1,
        "examples": [
            {"id": "1", "written": "she", "swapped": "he", "from": "female", "to": "male",
             "target": "x", "label_before": "x", "label_after": "y", "score_before": 0.7,
             "score_after": 0.2},
        ],
    },
)  # fmt: skip
FIGURES[FigureKind.FORMS] = Figure(
    kind=FigureKind.FORMS,
    title="accuracy in 15 forms",
    data={
        "quantity": "accuracy",
        "n": 200,
        "forms": [
            {
                "label": "as written" if not number else f"casing {number}",
                "shown": f"Question:\n{number}",
                "value": 0.5 + number / 100,
                "low": 0.4,
                "high": None if number == 3 else 0.7,
            }
            for number in range(15)
        ],
        "spread": 0.14,
        "if_equal": {"low": 0.031, "high": 0.082, "p_value": 0.0005, "n_permutations": 2000},
    },
)
_IF_EQUAL = {"expected": 0.05, "low": 0.01, "high": 0.1, "p_value": 0.01, "p_adjusted": 0.02}
FIGURES[FigureKind.GROUP_GAPS] = Figure(
    kind=FigureKind.GROUP_GAPS,
    title="Gaps between groups",
    data={
        "n": 90,
        "level": 0.95,
        "gaps": [
            {
                "id": "accuracy_difference[g]",
                "gap": "accuracy_difference",
                "by": "g",
                "value": value,
                "ends": "a to b",
                "if_equal": if_equal,
            }
            for value, if_equal in (
                (0.2, {**_IF_EQUAL, "n_permutations": 500}),
                (None, None),
            )
        ],
        "left_out": {"g": ["c (3)"]},
    },
)
FIGURES[FigureKind.GROUPS] = Figure(
    kind=FigureKind.GROUPS,
    title="Groups",
    data={
        "by": "g",
        "positive": "yes",
        "left_out": ["c (3)"],
        "groups": [
            {
                "label": label,
                "n": 45,
                "n_positive": 20,
                "rates": {"accuracy": {"value": value, "low": 0.4, "high": 0.8}},
            }
            for label, value in (("a", 0.5), ("b", 0.7))
        ],
    },
)
FIGURES[FigureKind.FAIRNESS_TRADEOFF] = Figure(
    kind=FigureKind.FAIRNESS_TRADEOFF,
    title="Accuracy and fairness",
    data={
        "by": "g",
        "positive": "yes",
        "n": 90,
        "current": {
            "threshold": 0.5,
            "accuracy": 0.8,
            "balanced_accuracy": 0.75,
            "demographic_parity": 0.2,
            "equalized_odds": 0.3,
        },
        "points": [
            {
                "threshold": threshold,
                "accuracy": 0.8,
                "balanced_accuracy": 0.75 - abs(threshold - 0.5) / 10,
                "demographic_parity": threshold / 2,
                "equalized_odds": None if threshold > 0.8 else threshold / 3,
            }
            for threshold in (0.1, 0.5, 0.9)
        ],
    },
)
_PLACE = {"low": 0.4, "high": 0.6, "share_low": 0.2, "share_high": 0.4, "uniform": 0.25}
FIGURES[FigureKind.POSITIONS] = Figure(
    kind=FigureKind.POSITIONS,
    title="Accuracy and picks by place of an option",
    data={
        "n": 60,
        "positions": [
            {"position": 1, "accuracy": 0.5, "share": 0.3, **_PLACE},
            {"position": 2, "accuracy": 0.45, "share": 0.2, **_PLACE},
            {"position": 3, "accuracy": None, "share": 0.25, **_PLACE},
        ],
    },
)


@pytest.mark.parametrize("kind", list(FigureKind))
def test_every_kind_of_figure_has_a_sentence_and_a_table(kind: FigureKind) -> None:
    made = chart(FIGURES[kind])
    assert made.kind == kind.value
    assert made.words.endswith(".")
    assert made.table.rows
    assert all(len(row) == len(made.table.columns) for row in made.table.rows)
    assert script_json(made.data)


FINDINGS = {
    FigureKind.CONFUSION_MATRIX: (
        "315 of 390 samples lie on the diagonal; most often neutral was taken for negative (19)."
    ),
    FigureKind.ROC: (
        "Area under the curve: negative 0.75, neutral 0.857, positive 0.75. The diagonal is chance."
    ),
    FigureKind.RELIABILITY: (
        "Expected calibration error 0.043, above the 0.018 to 0.039 that a perfectly "
        "calibrated model would show at this n."
    ),
    FigureKind.LEARNING_CURVE: (
        "accuracy goes from 0.496 with 50 training samples to 0.787 with 1,600."
    ),
    FigureKind.HISTOGRAM: "395 samples; the fullest bin, 40 to 50, holds 80.",
    FigureKind.LATENCY_DISTRIBUTION: (
        "Median 52.3 ms at c=1,in=128,out=64 (n = 320), up to 418 ms at c=32,in=128,out=64 "
        "(n = 40); p99 is left out below n = 300."
    ),
    FigureKind.REQUEST_TIMELINE: (
        "5 requests at poisson=4,in=128,out=64, each from its own start; the longest gap between "
        "two chunks is 433 ms, in slowest; 1 failed."
    ),
    FigureKind.THROUGHPUT_LATENCY: (
        "tpot p50, ms: 12.3 at 76.2 output tokens/s (c=1,in=128,out=64), 91.3 at 285 output "
        "tokens/s (c=32,in=128,out=64); the knee, the most that is sustained, is at 25.6 at 265 "
        "output tokens/s (c=8,in=128,out=64); the share of requests within all limits falls to "
        "0.367 at c=32,in=128,out=64."
    ),
    FigureKind.ROOFLINE: (
        "Prefill reaches 0.58 of its compute limit; decode reaches 0.63 of its bandwidth limit. "
        "Peak 91.2 GFLOP/s and 11.4 GB/s: measured here with numpy."
    ),
    FigureKind.TELEMETRY: (
        "Unstable: the clock fell from 3,400 to 2,100 MHz under load. Watched at "
        "c=32,in=128,out=64: cpu clock, load average, temperature, memory."
    ),
    FigureKind.ATTACK_BUDGET: (
        "Of 40 samples that the model is right about the attack turns 0.75 within 62 queries, "
        "half of them within 7; the random search, with as many queries on each sample, 0.1."
    ),
    FigureKind.ACCURACY_BY_DEPTH: (
        "10 keys: from 0.4 at depth 0.5 to 0.9 at depth 0, 2 of 30 without a score; 99 keys: no "
        "value, 10 of 10 without a score."
    ),
    FigureKind.COUNTERFACTUAL: (
        "The probability of 'x' changes with the group, beyond doubt for 1 of 2 pairs of groups"
        " (Holm's correction): a → b +0.1 [+0.05, +0.15], n = 20. For the other 1 no"
        " change in one direction is shown."
    ),
    FigureKind.COUNTERFACTUAL_EXAMPLES: (
        "2 of 5 texts name exactly one group (gender); the label of 1 of the 2 that were answered"
        " changes with another group in its place. Left out and never asked about (names no group:"
        " 3)."
    ),
    FigureKind.FORMS: (
        "accuracy is 0.5 in the suite's own form, 0.5 in the worst (as written) and 0.64 in the "
        "best (casing 14) of 15, a spread of 0.14; if all forms were equally good it would be "
        "0.031 to 0.082 (permutation test: p = 0.0005, 2,000 permutations of 200 samples)."
    ),
    FigureKind.POSITIONS: (
        "The right answer is found most often at place 1 (0.5) and least often at place 2 (0.45); "
        "place 1 is picked 0.3 of the time, and would be 0.25 by chance (60 samples)."
    ),
}


@pytest.mark.parametrize(("kind", "expected"), FINDINGS.items())
def test_the_sentence_tells_the_main_finding(kind: FigureKind, expected: str) -> None:
    assert chart(FIGURES[kind]).words == expected


def test_confusion_table_has_counts_and_row_totals() -> None:
    table = chart(FIGURES[FigureKind.CONFUSION_MATRIX]).table
    assert [cell.text for cell in table.rows[0]] == ["negative", "112", "14", "7", "133"]


def test_long_curves_are_thinned_with_both_ends_kept() -> None:
    made = chart(FIGURES[FigureKind.ROC])
    curves = made.data["curves"]
    assert isinstance(curves, list)
    drawn = curves[0]["false_positive_rate"]
    assert (len(drawn), drawn[0], drawn[-1]) == (400, 0.0, 1.0)
    assert len(made.table.rows) == 3 * MAX_POINTS


def test_thinning_keeps_order_and_ends() -> None:
    assert thinned([1, 2, 3], 5) == [1, 2, 3]
    assert thinned(range(1001), 5) == [0, 250, 500, 750, 1000]


def empty_figure(kind: FigureKind) -> Figure:
    data: dict[FigureKind, dict[str, object]] = {
        FigureKind.CONFUSION_MATRIX: {"labels": [], "counts": []},
        FigureKind.ROC: {"curves": []},
        FigureKind.PRECISION_RECALL: {"curves": []},
        FigureKind.RELIABILITY: {"bins": [], "ece": None, "ece_band": [None, None]},
        FigureKind.LEARNING_CURVE: {"metric": "accuracy", "points": []},
        FigureKind.HISTOGRAM: {"x_title": "tokens", "edges": [], "counts": []},
        FigureKind.LATENCY_DISTRIBUTION: {"quantity": "ttft", "unit": "s", "curves": []},
        FigureKind.REQUEST_TIMELINE: {"load": "c=1", "requests": []},
        FigureKind.THROUGHPUT_LATENCY: {
            "x_title": "rps", "y_title": "ms", "slo": None, "series": [], "knee": None,
        },
        FigureKind.ROOFLINE: {
            "peak_flops": None, "peak_bytes_per_s": None, "source": "", "points": [],
        },
        FigureKind.TELEMETRY: {"load": "c=1", "at_s": [], "series": [], "unstable": []},
        FigureKind.ATTACK_BUDGET: {"n": 0, "curves": []},
        FigureKind.ACCURACY_BY_DEPTH: {"series": []},
        FigureKind.FORMS: {"quantity": "accuracy", "n": 0, "forms": []},
        FigureKind.POSITIONS: {"n": 0, "positions": []},
        FigureKind.GROUP_GAPS: {"n": 0, "level": 0.95, "gaps": [], "left_out": {}},
        FigureKind.GROUPS: {"by": "g", "positive": None, "left_out": [], "groups": []},
        FigureKind.FAIRNESS_TRADEOFF: {
            "by": "g", "positive": "yes", "n": 0, "points": [],
            "current": {
                "threshold": 0.5, "accuracy": None, "balanced_accuracy": None,
                "demographic_parity": None, "equalized_odds": None,
            },
        },
        FigureKind.COUNTERFACTUAL: {"label": "x", "measure": "scores", "n": 0, "pairs": []},
        FigureKind.COUNTERFACTUAL_EXAMPLES: {
            "axis": "gender", "label": "x", "n": 0, "n_asked": 0, "n_texts": 0, "left_out": {},
            "n_changed": 0, "examples": [],
        },
    }  # fmt: skip
    return Figure(kind=kind, title="Empty", data=data[kind])


@pytest.mark.parametrize("kind", list(FigureKind))
def test_a_figure_without_data_has_a_sentence_and_an_empty_table(kind: FigureKind) -> None:
    made = chart(empty_figure(kind))
    assert made.words
    assert made.table.rows == ()


def test_thresholds_that_read_alike_are_told_apart() -> None:
    at = {"accuracy": 0.9, "balanced_accuracy": 0.9, "demographic_parity": 0.1}
    now = {**at, "threshold": 0.5, "equalized_odds": 0.2}
    below = {**at, "threshold": 0.49999999999999994, "equalized_odds": 0.1}
    data = {"by": "g", "positive": "yes", "n": 9, "points": [below, now], "current": now}
    made = chart(Figure(kind=FigureKind.FAIRNESS_TRADEOFF, title="t", data=data))
    assert "the gap is smallest, 0.1, at threshold just below 0.5." in made.words
    assert [row[0].text for row in made.table.rows] == ["just below 0.5", "0.5"]


def test_slice_chart_names_its_extremes_and_the_whole() -> None:
    mine = [e for e in RUN.estimates if (e.model, e.suite) == (MODELS[1], SUITES[1])]
    whole = next(e for e in mine if e.slice is None)
    made = slice_chart("subject", [e for e in mine if e.slice], whole)
    assert made.title == "accuracy by subject"
    assert made.words == (
        "Lowest: history (0.384), highest: everyday life (0.540); the whole suite is at 0.463."
    )
    assert len(made.table.rows) == 5
    alone = slice_chart("subject", [e for e in mine if e.slice], replace(whole, value=None))
    assert alone.words == "Lowest: history (0.384), highest: everyday life (0.540)."


def test_a_number_without_a_value_in_any_slice_has_no_chart() -> None:
    bare = replace(
        RUN, estimates=tuple(replace(e, value=None) if e.slice else e for e in RUN.estimates)
    )
    titles = [
        [
            drawn.title
            for view in suite_views(run, has_charts=True)
            for model in view.models
            for drawn in model.charts
        ]
        for run in (RUN, bare)
    ]
    assert "accuracy by subject" in titles[0]
    assert "accuracy by subject" not in titles[1]


def test_curves_of_an_attack_are_read_at_round_numbers_of_queries() -> None:
    table = chart(FIGURES[FigureKind.ATTACK_BUDGET]).table
    rows = [[cell.text for cell in row] for row in table.rows]
    assert rows == [
        ["1", "0", "0"],
        ["2", "0", "0"],
        ["5", "0", "0"],
        ["10", "0.5", "0"],
        ["20", "0.5", "0"],
        ["50", "0.75", "0.1"],
        ["62", "0.75", "0.1"],
    ]


def test_curves_of_an_attack_are_drawn_in_steps() -> None:
    panel = chart(FIGURES[FigureKind.ATTACK_BUDGET]).panel
    assert panel is not None
    _, attack, beside = panel.strokes
    assert attack.path.count("H") == attack.path.count("V") == 3
    assert beside.name == "line s1 d1"
    assert [stroke.words for stroke in panel.key] == ["attack", "random search"]


def test_intervals_of_two_lengths_at_one_depth_stand_beside_each_other() -> None:
    figure = FIGURES[FigureKind.ACCURACY_BY_DEPTH]
    first = figure.data["series"][0]  # type: ignore[index]
    twice = replace(figure, data={"series": [first, {**first, "label": "20 keys"}]})
    panel = chart(twice).panel
    assert panel is not None
    dots = [stroke for stroke in panel.strokes if stroke.name.startswith("dot")]
    assert len(dots) == 4
    assert len({dot.path for dot in dots}) == 4
    assert len([s for s in panel.strokes if s.name.startswith("whisker")]) == 2
    assert dots[1].words == "10 keys, depth 0.5: 0.4, n 8, 2 without a score"


def test_of_many_forms_the_own_one_and_both_ends_are_drawn() -> None:
    made = chart(FIGURES[FigureKind.FORMS])
    assert made.panel is not None
    names = [label.text for label in made.panel.labels if label.name == "name"]
    assert names == ["as written", "14", "13", "12", "11", "10", "5", "4", "3", "2", "1"]
    assert len(made.table.rows) == 15
    assert [cell.text for cell in made.table.rows[3]] == [
        "4", "casing 3", "Question:\u23ce3", "0.53", "0.4", "\u2013",
    ]  # fmt: skip


def test_accuracy_and_picks_of_each_place_are_drawn() -> None:
    panel = chart(FIGURES[FigureKind.POSITIONS]).panel
    assert panel is not None
    names = [label.text for label in panel.labels if label.name == "name"]
    assert names == [f"place {n}, {what}" for n in (1, 2) for what in ("accuracy", "picks")] + [
        "place 3, picks"
    ]
    assert sum(stroke.name == "axis" for stroke in panel.strokes) == 3
