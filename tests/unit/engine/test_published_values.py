import numpy as np
import pytest

from harness.core.sample_scores import SampleScores
from harness.engine import published_values as module
from harness.engine.published_values import published_values
from harness.suites.metrics.confusion import Confusion
from harness.suites.metrics.exact_match import ExactMatch


def scores(values: list[float], clusters: list[str | None] | None = None) -> SampleScores:
    return SampleScores(
        model="m",
        suite="s",
        ids=[f"id-{i}" for i in range(len(values))],
        clusters=clusters or [None] * len(values),
        slices={},
        statistics={"exact_match.exact_match": np.array(values)},
    )


def test_means_are_published_sample_by_sample() -> None:
    found = published_values(scores([1.0, 0.0, float("nan"), 1.0]), [ExactMatch()])

    assert found is not None
    assert found.clusters is None
    np.testing.assert_array_equal(found.columns["exact_match"], [1.0, 0.0, np.nan, 1.0])


def test_the_order_tells_whether_samples_are_the_same() -> None:
    found = [
        published_values(scores(values), [ExactMatch()])
        for values in ([1.0, 0.0], [0.0, 0.0], [1.0, 0.0, 1.0])
    ]
    one, other, more = (values.order for values in found if values is not None)
    assert one == other
    assert one != more


def test_clusters_are_coded_and_a_sample_of_its_own_is_one() -> None:
    clusters = ["a", None, "b", "a", None]
    found = published_values(scores([1.0] * 5, clusters), [ExactMatch()])
    assert found is not None
    assert found.clusters == [0, 1, 2, 0, 3]


def test_a_number_that_is_no_mean_is_left_out() -> None:
    rng = np.random.default_rng(0)
    metric = Confusion(labels=("no", "yes"))
    n = 60
    statistics = {
        f"confusion.{column}": rng.integers(0, 2, n).astype(float) for column in metric.columns
    }
    found = published_values(
        SampleScores(
            model="m",
            suite="s",
            ids=[str(i) for i in range(n)],
            clusters=[None] * n,
            slices={},
            statistics=statistics,
        ),
        [metric],
    )
    assert found is not None
    assert "accuracy" in found.columns
    assert "f1_macro" not in found.columns


def test_nothing_is_published_without_scores_or_of_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert published_values(scores([1.0]), []) is None
    assert published_values(scores([float("nan")] * 3), [ExactMatch()]) is None
    monkeypatch.setattr(module, "MAX_SAMPLES", 2)
    assert published_values(scores([1.0] * 3), [ExactMatch()]) is None
