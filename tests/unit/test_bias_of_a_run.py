"""What a run is said to have probed, from the numbers that it keeps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.bias import bias
from harness.core.bias import Probed, Shown
from harness.core.build import options_of
from harness.core.estimate import Estimate
from harness.core.ports import Metric
from harness.core.run import Evaluation, Manifest, Run, Status
from harness.reports.bias_words import sentences, verdict_words
from harness.suites.bias.bbq_metric import BbqMetric
from harness.suites.bias.generation_metric import GenerationMetric


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


def probed(folder: Path, metrics: list[Metric], numbers: list[Estimate]) -> Probed:
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
    found = bias(Run(manifest=manifest, estimates=tuple(numbers), figures={}, records=()), folder)
    assert found is not None
    (one,) = found.probed
    return one
