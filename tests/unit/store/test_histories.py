"""Many run folders become series over time; what cannot be read costs itself alone."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fakes.many_runs import KINDS, MODELS, N_SAMPLES, SUITES, write_many_runs, write_night

from harness.core.history import Series
from harness.core.score import Direction
from harness.store.histories import read_histories

N_NIGHTS = 6
N_SERIES = len(MODELS) * len(SUITES) * (len(KINDS) + 1)
Json = dict[str, Any]


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("nights")
    write_many_runs(root, n_runs=N_NIGHTS, steps=())
    return root


@pytest.fixture
def root(nights: Path, tmp_path: Path) -> Path:
    shutil.copytree(nights, tmp_path / "runs")
    return tmp_path / "runs"


def folders(root: Path) -> list[Path]:
    return sorted(path for path in root.iterdir() if path.is_dir())


def change(path: Path, edit: Callable[[Json], object]) -> None:
    value = json.loads(path.read_text())
    edit(value)
    path.write_text(json.dumps(value))


def one(found: tuple[Series, ...], quantity: str = "accuracy") -> list[Series]:
    return [
        series
        for series in found
        if (series.model, series.suite, series.quantity.id) == (MODELS[0], SUITES[0], quantity)
    ]


def test_every_number_is_a_series_oldest_first(root: Path) -> None:
    found = read_histories(root)

    assert found.warnings == ()
    assert len(found.series) == N_SERIES
    (accuracy,) = one(found.series)
    assert [point.run_id for point in accuracy.points] == [path.name for path in folders(root)]
    assert accuracy.line == "nightly"
    assert accuracy.hardware == ""
    assert accuracy.quantity.direction is Direction.HIGHER
    newest = json.loads((folders(root)[-1] / "metrics.json").read_text())["estimates"][0]
    point = accuracy.points[-1]
    assert (point.value, point.n) == (newest["value"], N_SAMPLES)
    assert (point.low, point.high) == (newest["interval"]["low"], newest["interval"]["high"])


def test_time_is_a_series_of_one_kind_of_machine(root: Path) -> None:
    manifest = folders(root)[2] / "manifest.json"
    change(manifest, lambda value: value["hardware"].update(cores="64"))

    slow, fast = one(read_histories(root).series, "seconds_per_sample")

    assert {slow.hardware, fast.hardware} == {
        "AMD EPYC 7763, 2 cores",
        "AMD EPYC 7763, 64 cores",
    }
    assert sorted([len(slow.points), len(fast.points)]) == [1, N_NIGHTS - 1]
    assert slow.quantity.direction is Direction.LOWER
    assert slow.quantity.high is None
    wall_s = json.loads(manifest.read_text())["evaluations"][0]["wall_s"]
    assert wall_s / N_SAMPLES in {point.value for point in (*slow.points, *fast.points)}


def test_an_evaluation_that_took_no_time_has_none(root: Path) -> None:
    def freeze(value: Json) -> None:
        value["evaluations"][0]["wall_s"] = 0.0

    change(folders(root)[0] / "manifest.json", freeze)

    (time_of_it,) = one(read_histories(root).series, "seconds_per_sample")

    assert len(time_of_it.points) == N_NIGHTS - 1


@pytest.mark.parametrize("key", ["suite_hash", "data_hash", "capability"])
def test_another_question_is_another_series(root: Path, key: str) -> None:
    for folder in folders(root)[:2]:
        change(
            folder / "manifest.json", lambda value: value["evaluations"][0].update({key: "other"})
        )

    found = one(read_histories(root).series)

    assert sorted(len(series.points) for series in found) == [2, N_NIGHTS - 2]


def _limited_by_the_run(value: Json) -> None:
    value["limit"] = 800
    value["evaluations"][0]["n_samples"] = 800


def _limited_by_the_suite(value: Json) -> None:
    value["spec"] = {"suite": [{"suite": "generation", "name": SUITES[0], "limit": 800}]}
    value["evaluations"][0]["n_samples"] = 800


@pytest.mark.parametrize("limit", [_limited_by_the_run, _limited_by_the_suite])
def test_a_limit_draws_other_samples(root: Path, limit: Callable[[Json], None]) -> None:
    for folder in folders(root)[:2]:
        change(folder / "manifest.json", limit)

    found = one(read_histories(root).series)

    assert {series.draw: len(series.points) for series in found} == {
        "800 samples, seed 0": 2,
        "": N_NIGHTS - 2,
    }


@pytest.mark.parametrize(("limit", "is_parted"), [(N_SAMPLES, True), (N_SAMPLES + 1, False)])
def test_another_seed_draws_others_where_there_is_a_choice(
    root: Path, limit: int, *, is_parted: bool
) -> None:
    for folder in folders(root):
        change(folder / "manifest.json", lambda value: value.update(limit=limit))
    change(folders(root)[0] / "manifest.json", lambda value: value.update(seed=7))

    found = one(read_histories(root).series)

    assert len(found) == 1 + is_parted


def test_new_words_for_a_quantity_do_not_part_a_series(root: Path) -> None:
    def reword(value: Json) -> None:
        value["estimates"][0]["quantity"]["definition"] = "as it was said once"

    change(folders(root)[0] / "metrics.json", reword)

    (accuracy,) = one(read_histories(root).series)

    assert len(accuracy.points) == N_NIGHTS
    assert accuracy.quantity.definition != "as it was said once"


@pytest.mark.parametrize("status", ["running", "incomplete", "interrupted"])
def test_only_complete_runs_count(root: Path, status: str) -> None:
    change(folders(root)[0] / "manifest.json", lambda value: value.update(status=status))

    found = read_histories(root)

    assert {len(series.points) for series in found.series} == {N_NIGHTS - 1}
    assert found.warnings == ()


def test_lines_are_apart_and_can_be_chosen(root: Path) -> None:
    for folder, line in zip(folders(root), ["", "", "other"], strict=False):
        change(folder / "manifest.json", partial(dict.update, line=line))

    lengths = {series.line: len(series.points) for series in read_histories(root).series}

    assert lengths == {"": 2, "nightly": N_NIGHTS - 3, "other": 1}
    assert {series.line for series in read_histories(root, line="other").series} == {"other"}
    assert {series.line for series in read_histories(root, line="").series} == {""}
    assert read_histories(root, line="none such").series == ()


def test_a_number_that_is_undefined_has_no_point(root: Path) -> None:
    def forget(value: Json) -> None:
        value["estimates"][0].update(value=None, interval=None)

    change(folders(root)[0] / "metrics.json", forget)

    (accuracy,) = one(read_histories(root).series)

    assert len(accuracy.points) == N_NIGHTS - 1


def _truncate(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_bytes(path.read_bytes()[:200])


def _truncate_metrics(folder: Path) -> None:
    path = folder / "metrics.json"
    path.write_bytes(path.read_bytes()[:2000])


def _of_another_program(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"name": "a browser extension", "manifest_version": 3}')


def _newer(folder: Path) -> None:
    change(folder / "manifest.json", lambda value: value.update(schema_version=99))


def _no_metrics(folder: Path) -> None:
    (folder / "metrics.json").unlink()


def _odd_estimates(folder: Path) -> None:
    change(folder / "metrics.json", lambda value: value.update(estimates=[7]))


def _no_estimates(folder: Path) -> None:
    change(folder / "metrics.json", lambda value: value.pop("estimates"))


def _text_for_a_number(folder: Path) -> None:
    change(folder / "metrics.json", lambda value: value["estimates"][0].update(value="0.8"))


def _number_for_a_text(folder: Path) -> None:
    change(folder / "manifest.json", lambda value: value.update(started_at=20261122))


@pytest.mark.parametrize(
    "spoil",
    [
        _truncate,
        _truncate_metrics,
        _of_another_program,
        _newer,
        _no_metrics,
        _odd_estimates,
        _no_estimates,
        _text_for_a_number,
        _number_for_a_text,
    ],
    ids=lambda spoil: spoil.__name__.strip("_"),
)
def test_what_cannot_be_read_is_left_out_and_told(
    root: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(folders(root)[1])

    found = read_histories(root)

    (warning,) = found.warnings
    assert warning.startswith("left out of the history: ")
    assert folders(root)[1].name in warning
    assert "\n" not in warning
    assert {len(series.points) for series in found.series} == {N_NIGHTS - 1}


def test_a_folder_without_a_manifest_is_no_run(root: Path) -> None:
    (root / "noise").mkdir()
    (root / "baselines.json").write_text("{}")

    assert read_histories(root).warnings == ()


def test_a_copy_of_a_run_counts_once(root: Path) -> None:
    shutil.copytree(folders(root)[0], root / "zz-kept")

    found = read_histories(root)

    (warning,) = found.warnings
    original = folders(root)[0]
    assert warning.endswith(f"zz-kept: is a copy of run {original.name}; delete it, or {original}")
    assert {len(series.points) for series in found.series} == {N_NIGHTS}


def _rescore(folder: Path, source: str) -> None:
    """Make a run into one that was scored again later, as ``harness rescore`` writes it."""
    later = {"rescored_from": source, "line": "", "started_at": "2027-01-01T00:00:00+00:00"}
    change(folder / "manifest.json", lambda value: value.update(later))


def test_answers_scored_again_to_the_same_question_count_once(root: Path) -> None:
    first, second = folders(root)[:2]
    _rescore(second, first.name)

    found = read_histories(root).series

    assert second.name not in {point.run_id for series in found for point in series.points}
    assert {series.line for series in found} == {"nightly"}


def test_new_metrics_on_old_answers_stand_where_the_answers_do(root: Path) -> None:
    first, second, third = folders(root)[:3]
    _rescore(second, first.name)
    _rescore(third, second.name)
    change(third / "manifest.json", lambda value: value["evaluations"][0].update(suite_hash="new"))

    found = read_histories(root, line="nightly").series

    (again,) = [series for series in one(found) if series.suite_hash == "new"]
    original = json.loads((first / "manifest.json").read_text())
    assert [point.at for point in again.points] == [original["started_at"]]


def test_a_run_that_claims_to_be_scored_from_itself_is_read(root: Path) -> None:
    folder = folders(root)[0]
    change(folder / "manifest.json", lambda value: value.update(rescored_from=folder.name))

    assert read_histories(root).warnings == ()


def test_repeats_of_a_noise_study_are_no_nights(root: Path) -> None:
    folder = folders(root)[0]
    change(folder / "manifest.json", lambda value: value.update(is_repeat=True))

    found = read_histories(root)

    assert found.warnings == ()
    assert {len(series.points) for series in found.series} == {N_NIGHTS - 1}


def test_scoring_again_takes_no_time(root: Path) -> None:
    first, second = folders(root)[:2]
    _rescore(second, first.name)
    shutil.rmtree(first)

    found = read_histories(root, line="").series

    assert [len(series.points) for series in one(found)] == [1]
    assert one(found, "seconds_per_sample") == []


def test_there_is_no_history_of_nothing(tmp_path: Path) -> None:
    assert read_histories(tmp_path / "nowhere").series == ()


def test_a_later_night_does_not_change_the_earlier_ones(root: Path) -> None:
    before = {series.quantity.id: series.points for series in one(read_histories(root).series)}

    write_night(root, N_NIGHTS, steps=())

    (accuracy,) = one(read_histories(root).series)
    assert accuracy.points[:-1] == before["accuracy"]


@pytest.mark.slow
def test_a_year_of_nights_is_read_in_seconds(tmp_path: Path) -> None:
    write_many_runs(tmp_path, n_runs=500)
    started = time.process_time()

    found = read_histories(tmp_path)

    assert time.process_time() - started < 4
    assert len(found.series) == N_SERIES
    assert {len(series.points) for series in found.series} == {500}
