"""The same from Python, as in a notebook."""

from __future__ import annotations

import pytest
from fakes.toy_models import ToyAdapter
from fakes.toy_spec import toy_spec
from fakes.toy_suite import ToySuite
from fakes.workplace import FILMS_SPEC, Workplace

from harness import Result, load_run, run
from harness.core.errors import ConfigError


def test_a_spec_is_run_by_path(place: Workplace) -> None:
    result = run(place.films(), seed=5, limit=3, out="kept")
    assert isinstance(result, Result)
    assert result.folder.parent.name == "kept"
    assert result.run.manifest.seed == 5
    assert result.run.manifest.limit == 3
    assert result.report.is_file()


def test_a_frame_has_one_row_per_estimate(place: Workplace) -> None:
    result = run(place.films(FILMS_SPEC.replace('"label" }', '"label", slices = ["genre"] }')))
    frame = result.to_frame()
    assert len(frame) == len(result.run.estimates)
    assert list(frame.columns) == [
        "model",
        "suite",
        "metric",
        "slice",
        "value",
        "low",
        "high",
        "level",
        "stderr",
        "n",
        "n_unscored",
        "n_clusters",
        "direction",
        "method",
        "seed",
        "signature",
        "note",
    ]
    whole = frame[(frame.metric == "accuracy") & (frame.slice == "")].iloc[0]
    assert (whole.value, whole.n, whole.direction, whole.level) == (1.0, 4, "higher", 0.95)
    assert whole.low < 1 == whole.high
    parts = frame[(frame.metric == "accuracy") & (frame.slice != "")]
    assert sorted(parts.slice) == ["genre=comedy", "genre=drama"]
    assert list(parts.n) == [2, 2]


def test_samples_have_one_row_each_with_scores(place: Workplace) -> None:
    result = run(toy_spec(place.folder / "runs", ToyAdapter(), suites=(ToySuite(n=4),)))
    frame = result.samples()
    assert list(frame.sample_id) == ["id-0", "id-1", "id-2", "id-3"]
    assert list(frame.prompt) == [f"sample {i}" for i in range(4)]
    assert list(frame["toy.right"]) == [0.0, 1.0, 1.0, 1.0]
    assert frame.answer[1]["text"] == "sample 1"
    assert list(frame.targets[1]) == ["sample 1"]


def test_models_and_suites_can_be_picked(place: Workplace) -> None:
    spec = toy_spec(
        place.folder / "runs", ToyAdapter(), ToyAdapter(), suites=(ToySuite(), ToySuite(n=3))
    )
    result = run(spec, models=["model1"], suites=["suite1"])
    assert set(result.to_frame().model) == {"model1"}
    assert set(result.to_frame().suite) == {"suite1"}


def test_the_report_shows_itself(place: Workplace) -> None:
    result = run(place.films())
    shown = result._repr_html_()
    assert "<iframe" in shown
    assert "films" in shown


def test_a_run_is_found_by_folder_id_start_and_age(place: Workplace) -> None:
    first, second = (run(place.films()) for _ in range(2))
    name = second.folder.name
    for given in (second.folder, name, name[:-2], "latest"):
        assert load_run(given).folder.name == name
    assert load_run(first.folder.name).folder.name == first.folder.name
    with pytest.raises(ConfigError, match="fits several runs"):
        load_run(name[:4])
    with pytest.raises(ConfigError, match="no such run"):
        load_run("1999")


def test_mistakes_raise(place: Workplace) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml: cannot be read"):
        run("nowhere.toml")
    for_one_model = FILMS_SPEC.replace('suite = "class', 'models = ["echo"]\nsuite = "class')
    spec = place.films('[[model]]\nname = "other"\nadapter = "echo"\n' + for_one_model)
    with pytest.raises(ConfigError, match="leave nothing to do"):
        run(spec, models=["other"])
