from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from harness.core.errors import ConfigError, DataError
from harness.core.figure import FigureKind
from harness.core.response import Classification
from harness.core.sample import Sample
from harness.core.score import Scored, Unscored
from harness.sources.columns import Columns
from harness.sources.dataset import Dataset
from harness.suites.classification import ClassificationSuite
from harness.suites.fairness import Fairness
from harness.suites.metrics.group_fairness import GroupFairness
from harness.suites.metrics.group_permutation import Exchange, gap_tests
from harness.suites.metrics.group_ranking import GroupRanking
from harness.suites.metrics.group_rates import group_rates
from harness.suites.metrics.grouping import Grouping

GENDER = Grouping(name="gender", columns=("gender",), groups=("f", "m"), left_out=("x (1)",))
METRIC = GroupFairness(labels=("no", "yes"), groupings=(GENDER,), positive="yes")


def sample(target: str, **slices: str) -> Sample:
    return Sample(id="1", index=0, text="t", targets=(target,), slices=slices)


def answer(no: float, yes: float, *, is_probability: bool = True) -> Classification:
    return Classification(labels=("no", "yes"), scores=(no, yes), is_probability=is_probability)


def table(folder: Path, rows: str) -> Dataset:
    path = folder / "people.csv"
    path.write_text("text,label,gender,age\n" + rows, encoding="utf-8")
    return Dataset(path=str(path))


def suite(data: Dataset, fairness: Fairness) -> ClassificationSuite:
    columns = Columns(text="text", target="label", slices=("gender", "age"))
    return ClassificationSuite(data=data, columns=columns, fairness=fairness)


def by_id(metric: GroupFairness, rows: list[list[float]]) -> Mapping[str, float]:
    values = metric.reduce(np.array(rows), np.ones((1, len(rows))))[0].tolist()
    return dict(zip((one.id for one in metric.quantities), values, strict=True))


def test_measure_keeps_target_prediction_and_group() -> None:
    assert METRIC.measure(sample("yes", gender="m"), answer(0.6, 0.4)) == Scored((1.0, 0.0, 1.0))


def test_a_group_that_is_left_out_has_a_code_of_its_own() -> None:
    assert METRIC.measure(sample("yes", gender="x"), answer(0.4, 0.6)) == Scored((1.0, 1.0, -1.0))


def test_a_threshold_moves_the_decision_and_needs_probabilities() -> None:
    metric = GroupFairness(labels=("no", "yes"), groupings=(GENDER,), positive="yes", threshold=0.3)
    assert metric.measure(sample("no", gender="f"), answer(0.6, 0.4)) == Scored((0.0, 1.0, 0.0))
    unscored = metric.measure(sample("no", gender="f"), answer(2.0, 1.0, is_probability=False))
    assert isinstance(unscored, Unscored)
    assert "not probabilities" in unscored.reason


def test_gaps_of_a_case_worked_out_by_hand() -> None:
    # f: 2 of 4 taken, TPR 1/2, FPR 1/2; m: 3 of 4 taken, TPR 1, FPR 1/2.
    f: list[list[float]] = [[1, 1, 0], [1, 0, 0], [0, 1, 0], [0, 0, 0]]
    m: list[list[float]] = [[1, 1, 1], [1, 1, 1], [0, 1, 1], [0, 0, 1]]
    found = by_id(METRIC, [*f, *m, [1, 0, -1]])
    assert found["demographic_parity_difference[gender]"] == 0.25
    assert found["demographic_parity_ratio[gender]"] == pytest.approx(2 / 3)
    assert found["equalized_odds_difference[gender]"] == 0.5
    assert found["equalized_odds_difference_mean[gender]"] == 0.25
    assert found["equal_opportunity_difference[gender]"] == 0.5
    assert found["accuracy_difference[gender]"] == 0.25
    assert found["tpr[gender=m]"] == 1.0
    parts = METRIC.parts(np.array([*f, *m], dtype=float))
    assert int(parts["tpr[gender=f]"].sum()) == 2


def test_a_group_without_positives_has_no_true_positive_rate_and_no_part_in_its_gap() -> None:
    found = by_id(METRIC, [[0, 1, 0], [0, 0, 0], [1, 1, 1], [0, 0, 1]])
    assert np.isnan(found["tpr[gender=f]"])
    assert np.isnan(found["equal_opportunity_difference[gender]"])
    assert found["fpr[gender=f]"] == 0.5


def test_a_group_without_positives_has_no_f1_and_no_part_in_its_gap() -> None:
    found = by_id(METRIC, [[0, 1, 0], [0, 0, 0], [1, 1, 1], [0, 0, 1]])
    assert np.isnan(found["f1[gender=f]"])
    assert found["f1[gender=m]"] == 1.0
    assert np.isnan(found["f1_difference[gender]"])
    rows = np.array([[0, 0, 0], [1, 1, 0], [0, 2, 0], [0, 0, 1], [1, 1, 1], [2, 2, 1]], float)
    f1 = group_rates(rows, np.ones((1, 6)), 2, 3).f1[0]
    assert f1.tolist() == [(2 / 3 + 1) / 2, 1.0], "the mean over the labels that a group has"


def test_the_small_group_is_named_in_the_definition() -> None:
    assert "left out: x (1)" in METRIC.quantities[0].definition


def test_permutations_find_a_planted_gap_and_none_where_groups_are_alike() -> None:
    rng = np.random.default_rng(0)
    groups = np.repeat([0, 1], 200)
    taken = rng.random(400) < np.where(groups == 1, 0.6, 0.3)

    def gaps(codes: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Mapping[str, float]:
        return {"gap": abs(float(taken[codes == 0].mean() - taken[codes == 1].mean()))}

    test = gap_tests(gaps, Exchange(codes=groups), ("gap",), level=0.95)["gap"]
    assert test.p_value < 0.005
    assert 0.02 < test.expected < 0.06  # sqrt(2/pi) * sqrt(2 * 0.25 / 200) = 0.04
    alike = gap_tests(gaps, Exchange(codes=rng.permutation(groups)), ("gap",), level=0.95)["gap"]
    assert alike.p_value > 0.05


def test_labels_change_places_within_a_stratum_and_by_whole_clusters() -> None:
    codes = np.array([0, 0, 1, 1, 0, 0, 1, 1, -1])
    strata = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1])
    clusters = np.array([0, 0, 1, 1, 2, 2, 3, 3, 4])
    exchange = Exchange(codes=codes, strata=strata, clusters=clusters)
    seen = {tuple(each.tolist()) for each in exchange.draws(50, np.random.default_rng(1))}
    halves = {(0, 0, 1, 1), (1, 1, 0, 0)}
    assert {one[:4] for one in seen} == halves
    assert {one[4:8] for one in seen} == halves
    assert {one[8] for one in seen} == {-1}


def test_the_suite_names_groups_and_crosses_columns(tmp_path: Path) -> None:
    rows = "".join(
        f"text {i},{('no', 'yes')[i % 2]},{('f', 'm')[i // 2 % 2]},{('old', 'young')[i // 4 % 2]}\n"
        for i in range(40)
    )
    data = table(tmp_path, rows + "one more,no,x,old\n")
    fairness = Fairness(by=("gender", "gender+age"), min_group=10)
    task = suite(data, fairness).prepare(limit=None, seed=0)
    metric = next(one for one in task.metrics if isinstance(one, GroupFairness))
    assert [one.groups for one in metric.groupings] == [
        ("f", "m"),
        ("f+old", "f+young", "m+old", "m+young"),
    ]
    assert [one.left_out for one in metric.groupings] == [("x (1)",), ("x+old (1)",)]
    assert {one.name for one in task.metrics} > {"group_ranking", "group_calibration"}


def test_one_group_alone_is_refused_in_a_sentence(tmp_path: Path) -> None:
    rows = "".join(f"text {i},{('no', 'yes')[i % 2]},f,old\n" for i in range(40))
    with pytest.raises(DataError, match=r"'gender': has 1 group of at least 30 samples \(f\)"):
        suite(table(tmp_path, rows), Fairness(by=("gender",))).prepare(limit=None, seed=0)


def test_a_column_that_is_no_slice_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"'race' is not among columns\.slices"):
        suite(Dataset(path="people.csv"), Fairness(by=("gender+race",)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"by": ()}, "names no column"),
        ({"by": ("a", "a")}, "names 'a' twice"),
        ({"by": ("a",), "min_group": 1}, "one sample is no group"),
        ({"by": ("a",), "threshold": 1.5}, "parts no probabilities"),
    ],
)
def test_impossible_options_are_refused(options: Mapping[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Fairness(**options)  # type: ignore[arg-type]  # they are wrong on purpose


def test_the_trade_off_marks_the_threshold_in_use() -> None:
    metric = GroupRanking(labels=("no", "yes"), groupings=(GENDER,), positive="yes")
    rng = np.random.default_rng(0)
    targets, groups = rng.integers(0, 2, 80), np.repeat([0, 1], 40)
    scores = np.clip(0.5 * targets + 0.1 * groups + rng.random(80) / 2, 0, 1)
    figures = metric.figures(np.column_stack([targets, scores, groups]).astype(np.float64))
    data = next(one.data for one in figures if one.kind is FigureKind.FAIRNESS_TRADEOFF)
    taken = scores >= 0.5
    shares = [taken[groups == code].mean() for code in (0, 1)]
    assert isinstance(data["current"], dict)
    assert data["current"]["threshold"] == 0.5
    assert data["current"]["accuracy"] == pytest.approx((taken == targets).mean())
    assert data["current"]["demographic_parity"] == pytest.approx(abs(shares[0] - shares[1]))
    assert data["current"] in list(data["points"])  # type: ignore[call-overload]  # it is a list


@pytest.mark.parametrize("kind", ["probabilities", "other scores"])
@pytest.mark.parametrize("labels", [("no", "yes"), ("yes", "no")])
def test_the_point_in_use_decides_a_tie_as_the_answer_does(
    labels: tuple[str, str], kind: str
) -> None:
    ranking = GroupRanking(labels=("no", "yes"), groupings=(GENDER,), positive="yes")
    statistics: list[tuple[float, ...]] = []
    decisions: list[tuple[float, ...]] = []
    for place in range(60):
        own = sample(("no", "yes")[place % 2], gender="fm"[place % 3 == 0])
        yes = (0.5, 0.9 if place % 2 else 0.1)[place % 5 == 0]
        by_label = {"no": 1 - yes, "yes": yes}
        given = Classification(
            labels=labels,
            scores=tuple(by_label[label] for label in labels),
            is_probability=kind == "probabilities",
        )
        for found, metric in ((statistics, ranking), (decisions, METRIC)):
            score = metric.measure(own, given)
            assert isinstance(score, Scored)
            found.append(score.statistics)
    rows = np.array(decisions)
    figures = ranking.figures(np.array(statistics))
    data = next(one.data for one in figures if one.kind is FigureKind.FAIRNESS_TRADEOFF)
    assert isinstance(data["current"], dict)
    assert data["current"]["accuracy"] == pytest.approx((rows[:, 0] == rows[:, 1]).mean())
    gaps = by_id(METRIC, rows.tolist())
    assert data["current"]["equalized_odds"] == gaps["equalized_odds_difference[gender]"]
