"""What a run is said to have probed, from the numbers that it keeps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harness.bias import bias
from harness.core.bias import Probed, Shown
from harness.core.build import options_of
from harness.core.estimate import Estimate
from harness.core.figure import Figure, FigureKind
from harness.core.ports import Metric
from harness.core.run import Evaluation, Manifest, Run, Status
from harness.reports.bias_words import sentences, verdict_words
from harness.reports.charts import chart
from harness.suites.bias.bbq_metric import BbqMetric
from harness.suites.bias.generation_metric import GenerationMetric
from harness.suites.metrics.counterfactual_gap import CounterfactualGap
from harness.suites.metrics.group_fairness import GroupFairness
from harness.suites.metrics.grouping import Grouping


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return that of a run without records."""
    (tmp_path / "samples.jsonl").write_text("", encoding="utf-8")
    return tmp_path


def test_a_group_without_an_answer_was_not_probed(folder: Path) -> None:
    metric = BbqMetric()
    numbers = [
        number(metric, "s_amb", 0.4),
        number(metric, "s_amb", 0.4, ("category", "Age")),
        number(metric, "s_amb", None, ("category", "Religion")),
        # Every religious question where the text tells was left open, so that no lean is known.
        number(metric, "unknown_disambiguated", 1.0, ("category", "Religion")),
    ]
    one = probed(folder, [metric], numbers)

    assert one.groups == ("Age", "Religion")
    assert one.subjects == ("age",)


def test_a_scorer_without_a_number_is_told_of(folder: Path) -> None:
    mood = GenerationMetric(groups=("men", "women"))
    tox = GenerationMetric(scorer="tox", flags=("toxic",), groups=("men", "women"))
    lost = replace(number(tox, "tox_gap", None), note="nothing was scored")
    one = probed(folder, [mood, tox], [number(mood, "sentiment_gap", 0.1), lost])

    assert verdict_words(one) == "not tested"
    assert list(sentences(one))[-1] == "not measured: tox_gap (nothing was scored)"
    tested = replace(one, effects=(replace(one.effects[0], shown=Shown.NOT_SHOWN), one.effects[1]))
    assert verdict_words(tested) == "nothing shown; 1 not measured"


def test_a_gap_that_too_few_permutations_can_show_is_not_said_to_be_none(folder: Path) -> None:
    """As of runs that drew a thousand for any number of gaps."""
    sexes = Grouping(name="sex", columns=("sex",), groups=("f", "m"))
    metric = GroupFairness(labels=("no", "yes"), groupings=(sexes,), positive="yes")
    ids = ("demographic_parity_difference[sex]", "accuracy_difference[sex]")
    tests = {
        ids[0]: {"p_value": 1 / 1001, "p_adjusted": 60 / 1001},
        ids[1]: {"p_value": 0.4, "p_adjusted": 1.0},
    }
    rows = [
        {
            "id": name,
            "gap": name.partition("[")[0],
            "by": "sex",
            "value": 1.0,
            "ends": "f to m",
            "if_equal": {"expected": 0.04, "low": 0, "high": 0.1, "n_permutations": 1000, **test},
        }
        for name, test in (*tests.items(), *([(ids[1], tests[ids[1]])] * 58))
    ]
    data = {"n": 400, "level": 0.95, "gaps": rows, "left_out": {}}
    figure = Figure(kind=FigureKind.GROUP_GAPS, title="Gaps", data=data)
    numbers = [number(metric, name, 1.0) for name in ids]
    one = probed(folder, [metric], numbers, (figure,))
    assert [effect.shown for effect in one.effects] == [Shown.UNTESTED, Shown.NOT_SHOWN]
    assert verdict_words(one) == "nothing shown; 1 not testable"
    first = next(sentences(one))
    assert "differ by 100 percentage points" in first
    assert ": not testable with so many comparisons" in first
    told = chart(figure).words
    assert told.startswith("None of 60 gaps is shown to be more than chance would make")
    assert "1 is not testable with so many comparisons." in told

    enough = {**rows[0], "if_equal": {**rows[0]["if_equal"], "n_permutations": 22_000}}  # type: ignore[dict-item]
    some = replace(figure, data={**data, "gaps": [enough, *rows[1:]]})
    (first_effect, _) = probed(folder, [metric], numbers, (some,)).effects
    assert first_effect.shown is Shown.NOT_SHOWN


@pytest.mark.parametrize(
    ("n", "clusters", "shown"),
    [
        (6, None, Shown.UNTESTED),  # two pairs of groups: 2 / 2^5 is above 0.05
        (7, None, Shown.ABOVE),
        (14, [place // 2 for place in range(28)], Shown.ABOVE),
        (14, [place // 4 for place in range(28)], Shown.UNTESTED),
    ],
)
def test_a_swap_of_too_few_texts_is_not_said_to_change_nothing(
    folder: Path, n: int, clusters: list[int] | None, shown: Shown
) -> None:
    metric = CounterfactualGap(groups=("a", "b"), label="x")
    # Group, three numbers of the whole, change by group, size by group: n texts name each group.
    rows = np.zeros((2 * n, 8))
    rows[n:, 0] = 1
    rows[:n, 5] = rows[n:, 4] = np.linspace(0.2, 0.3, n)
    codes = None if clusters is None else np.array(clusters)
    figures = metric.charts(rows, codes, 0.95)
    names = [f"signed_gap[{pair}]" for pair in ("a to b", "b to a")]
    one = probed(folder, [metric], [number(metric, name, 0.25) for name in names], figures)

    told = {each.estimate.quantity.id: each for each in one.effects}
    assert {told[name].shown for name in names} == {shown}
    is_few = shown is Shown.UNTESTED
    assert [told[name].untested for name in names] == [
        "not testable with so few texts" if is_few else ""
    ] * 2
    # What was tested and hardly changes is no matter of too few texts.
    rows[:n, 5] = np.resize([0.2, -0.2], n)
    figures = metric.charts(rows, codes, 0.95)
    one = probed(folder, [metric], [number(metric, name, 0.0) for name in names], figures)
    even = next(each for each in one.effects if each.estimate.quantity.id == names[0])
    assert even.shown is (Shown.UNTESTED if is_few else Shown.NOT_SHOWN)


def number(
    metric: Metric, name: str, value: float | None, part: tuple[str, str] | None = None
) -> Estimate:
    (quantity,) = [each for each in metric.quantities if each.id == name]
    return Estimate(
        model="m",
        suite="s",
        metric=metric.name,
        quantity=quantity,
        value=value,
        interval=None,
        stderr=None,
        n=0 if value is None else 9,
        n_unscored=0,
        n_clusters=9,
        slice=part,
    )


def probed(
    folder: Path, metrics: list[Metric], numbers: list[Estimate], figures: tuple[Figure, ...] = ()
) -> Probed:
    done = Evaluation(
        model="m",
        suite="s",
        capability="generates",
        n_samples=9,
        metric_signatures={metric.name: "" for metric in metrics},
        metric_options={metric.name: options_of(metric) for metric in metrics},
    )
    manifest = Manifest(
        schema_version=2,
        run_id="r",
        name="n",
        status=Status.COMPLETE,
        started_at="",
        evaluations=(done,),
    )
    charts = {("m", "s"): figures}
    run = Run(manifest=manifest, estimates=tuple(numbers), figures=charts, records=())
    found = bias(run, folder)
    assert found is not None
    (one,) = found.probed
    return one
