"""The train and test parts of one data set share no row."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from harness.core.errors import ConfigError, DataError
from harness.sources.columns import Columns
from harness.sources.dataset import Dataset
from harness.sources.samples import read_samples
from harness.sources.split import place

N_TEXTS = 1000
PLACE_OF_GOOD_FILM = 0.4949049555407059


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Return a thousand texts, each standing three times in the file under ids of its own."""
    path = tmp_path / "texts.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "text"))
        writer.writerows((i, f"text {i % N_TEXTS}") for i in range(3 * N_TEXTS))
    return Dataset(path=str(path), split_by="text")


def texts_of(dataset: Dataset, **options: object) -> list[str]:
    return [row["text"] for row in replace(dataset, **options).rows()]  # type: ignore[arg-type]  # options by name


def test_the_parts_are_disjoint_and_complete(dataset: Dataset) -> None:
    train, test = texts_of(dataset, part="train"), texts_of(dataset, part="test")
    assert not set(train) & set(test)
    assert sorted(train + test) == sorted(texts_of(dataset))


def test_rows_keep_their_order(dataset: Dataset) -> None:
    ids = [int(row["id"]) for row in replace(dataset, part="test").rows()]
    assert ids == sorted(ids)


@pytest.mark.parametrize("share", [0.05, 0.2, 0.5, 0.9])
def test_the_test_part_is_about_as_large_as_asked(dataset: Dataset, share: float) -> None:
    n_test = len(set(texts_of(dataset, part="test", test_share=share)))
    deviation = (N_TEXTS * share * (1 - share)) ** 0.5
    assert abs(n_test - N_TEXTS * share) < 4 * deviation


def test_equal_rows_stay_together_without_split_by(dataset: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "twice.csv"
    lines = (tmp_path / "texts.csv").read_text().splitlines()
    path.write_text("\n".join([*lines, *lines[1:]]))
    whole = Dataset(path=str(path))
    train = {tuple(row.values()) for row in replace(whole, part="train").rows()}
    test = [tuple(row.values()) for row in replace(whole, part="test").rows()]
    assert not train & set(test)
    assert len(test) == 2 * len(set(test))
    assert len(texts_of(dataset, part="test", split_by=None)) != len(texts_of(dataset, part="test"))


def test_a_row_stays_in_its_part_when_rows_are_added(dataset: Dataset, tmp_path: Path) -> None:
    before = texts_of(dataset, part="test")
    path = tmp_path / "texts.csv"
    header, *lines = path.read_text().splitlines()
    path.write_text("\n".join([header, "x,new text", *reversed(lines), "y,other text"]))
    after = texts_of(dataset, part="test")
    assert sorted(set(after) - {"new text", "other text"}) == sorted(set(before))


def test_the_seed_and_nothing_else_makes_another_split(dataset: Dataset) -> None:
    first = texts_of(dataset, part="test")
    assert texts_of(dataset, part="test") == first
    assert texts_of(dataset, part="test", split_seed=1) != first


def test_places_are_the_same_on_every_machine() -> None:
    assert place("good film", 0) == pytest.approx(PLACE_OF_GOOD_FILM, abs=1e-15)
    assert place({"b": 1, "a": "x"}, 3) == place({"a": "x", "b": 1}, 3)


def test_a_larger_test_share_keeps_the_smaller_part(dataset: Dataset) -> None:
    small, large = (set(texts_of(dataset, part="test", test_share=s)) for s in (0.1, 0.3))
    assert small < large


@pytest.mark.parametrize("share", [0.0, 1.0, -0.2, 20])
def test_an_impossible_share_is_refused(dataset: Dataset, share: float) -> None:
    with pytest.raises(ConfigError, match="test_share: must be between 0 and 1"):
        replace(dataset, part="train", test_share=share).rows()


def test_a_missing_column_and_an_empty_part_are_named(dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"texts\.csv \(test part\) row 1: .* did you mean 'text'"):
        texts_of(dataset, part="test", split_by="txt")
    (tmp_path / "one.csv").write_text("text\nalone\n")
    one = Dataset(path=str(tmp_path / "one.csv"), part="test", test_share=1e-9)
    with pytest.raises(DataError, match=r"one\.csv \(test part\): has no rows"):
        read_samples(one, Columns(text="text"))
