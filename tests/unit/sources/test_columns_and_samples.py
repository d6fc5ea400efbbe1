"""From rows to samples: what columns mean, and one clear error for each way they can be wrong."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.core.errors import ConfigError, DataError
from harness.core.open_text import OpenText
from harness.core.sample import Sample
from harness.sources.columns import Cells, Column, Columns
from harness.sources.dataset import Dataset
from harness.sources.samples import SampleSet, read_samples

Read = Callable[..., list[Sample]]


@pytest.fixture
def data(tmp_path: Path) -> Callable[[list[dict[str, Any]]], Dataset]:
    """Return a maker of data sets from rows."""

    def make(rows: list[dict[str, Any]]) -> Dataset:
        path = tmp_path / "rows.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return Dataset(path=str(path))

    return make


@pytest.fixture
def read(data: Callable[[list[dict[str, Any]]], Dataset]) -> Read:
    """Return a reader: (rows, columns by name) -> samples."""

    def make(rows: list[dict[str, Any]], **columns: Any) -> list[Sample]:
        return list(read_samples(data(rows), Columns(**columns)))

    return make


def test_a_column_or_a_template_makes_the_text(read: Read) -> None:
    rows = [{"q": "Why?", "c": "A {q} story", "n": 3}]
    assert read(rows, text="q")[0].text == "Why?"
    (sample,) = read(rows, text="{c}\nQ{n}: {q}")
    assert sample.text == "A {q} story\nQ3: Why?"


def test_of_a_template_the_cells_alone_may_be_disturbed(read: Read) -> None:
    row = {"q": " Why? ", "c": "Once", "n": 3, "one": "red", "two": "blue"}
    for bare in ("q", "{q}"):
        assert read([row], text=bare)[0].open_spans is None
    (sample,) = read([row], text="{{{c}}}\nQ{n}: {q}\nA:")
    assert sample.text == "{Once}\nQ3:  Why? \nA:"
    assert OpenText.of(sample).stretches == ("Once", "3", "Why?")
    (sample,) = read([row], text="{q} {one} or {two}?", choices=("one", "two"))
    assert OpenText.of(sample).stretches == ("Why?",)
    (sample,) = read([{**row, "both": ["red", "blue"]}], text="{one} or {two}?", choices="both")
    assert OpenText.of(sample).stretches == ("red", "blue")


def test_doubled_braces_stand_for_braces(read: Read) -> None:
    (sample,) = read([{"q": "Why?"}], text='Answer as {{"a": …}}: {q}')
    assert sample.text == 'Answer as {"a": …}: Why?'


def test_targets_are_one_text_or_a_list(read: Read) -> None:
    rows = [{"t": "x", "y": "a"}, {"t": "x", "y": ["b", "c"]}, {"t": "x", "y": 5}]
    assert [s.targets for s in read(rows, text="t", target="y")] == [("a",), ("b", "c"), ("5",)]


def test_a_text_cell_is_split_and_renamed(read: Read) -> None:
    column = Column(column="y", split="|", map={"0": "negative"})
    rows = [{"t": "x", "y": "0|1||0"}]
    assert read(rows, text="t", target=column)[0].targets == ("negative", "1", "negative")


@pytest.mark.parametrize(
    ("value", "label"),
    [(-0.1, "negative"), (0, "negative"), ("0.001", "positive"), (3, "positive")],
)
def test_a_threshold_makes_two_labels(read: Read, value: object, label: str) -> None:
    column = Column(column="y", threshold=0)
    assert read([{"t": "x", "y": value}], text="t", target=column)[0].targets == (label,)


def test_choices_come_from_a_list_from_columns_or_from_lettered_lines(read: Read) -> None:
    rows = [{"t": "x", "all": ["u", "v"], "a": "u", "b": "v", "lines": "A. u\nB) v\nmore\nC: w"}]
    assert read(rows, text="t", choices="all")[0].choices == ("u", "v")
    assert read(rows, text="t", choices=("a", "b"))[0].choices == ("u", "v")
    lettered = Column(column="lines", format="lettered")
    assert read(rows, text="t", choices=lettered)[0].choices == ("u", "v\nmore", "w")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("y", "v"),
        (Column(column="y", format="letter"), "B"),
        (Column(column="y", format="index"), 1),
        (Column(column="y", format="lettered"), "B. v"),
    ],
)
def test_the_right_choice_is_named_by_text_letter_or_index(
    read: Read, column: str | Column, value: object
) -> None:
    rows = [{"t": "x", "c": ["u", "v"], "y": value}]
    assert read(rows, text="t", choices="c", target=column)[0].targets == ("v",)


def test_slices_clusters_and_ids_are_texts(read: Read) -> None:
    rows = [{"t": "x", "i": 7, "subject": "law", "year": 2020, "doc": 3}]
    (sample,) = read(rows, text="t", id="i", slices=("subject", "year"), cluster="doc")
    assert sample.id == "7"
    assert sample.slices == {"subject": "law", "year": "2020"}
    assert sample.cluster == "3"


def test_ids_without_a_column_hang_on_contents_and_stay_unique(read: Read) -> None:
    rows = [{"t": "x"}, {"t": "y"}, {"t": "x"}]
    first, second, third = (sample.id for sample in read(rows, text="t"))
    assert third == f"{first}-2"
    assert [sample.id for sample in read(rows[1:], text="t")] == [second, first]


@pytest.mark.parametrize(("cell", "text"), [(1.0, "1"), (-0.0, "0"), (1.5, "1.5"), (True, "True")])
def test_an_integer_that_was_stored_as_a_float_reads_as_one(
    read: Read, cell: object, text: str
) -> None:
    (sample,) = read([{"y": cell}], text="y is {y}", target="y", slices=("y",))
    assert (sample.text, sample.targets, sample.slices) == (f"y is {text}", (text,), {"y": text})


def test_an_index_and_a_renamed_label_may_be_stored_as_floats(read: Read) -> None:
    rows = [{"t": "x", "c": ["u", "v"], "y": 1.0}]
    index = Column(column="y", format="index")
    assert read(rows, text="t", choices="c", target=index)[0].targets == ("v",)
    renamed = Column(column="y", map={"1": "positive"})
    assert read(rows, text="t", target=renamed)[0].targets == ("positive",)


@pytest.mark.parametrize("cell", [None, math.nan])
@pytest.mark.parametrize("columns", [{"text": "y"}, {"text": "{y}"}, {"text": "t", "target": "y"}])
def test_a_missing_cell_is_empty_also_inside_a_list(
    read: Read, columns: dict[str, Any], cell: object
) -> None:
    with pytest.raises(DataError, match=r"row 1: column 'y' is empty"):
        read([{"t": "x", "y": cell}], **columns)
    with pytest.raises(DataError, match=r"row 1: column 'y' is empty"):
        read([{"t": "x", "y": ["a", cell]}], text="t", target="y")
    with pytest.raises(DataError, match=r"row 1: column 'y' is empty"):
        read([{"t": "x", "y": cell}], text="t", target=Column(column="y", threshold=0))


@pytest.mark.parametrize(
    ("cell", "word"),
    [({"a": 1}, "a table"), (b"raw", "bytes"), (["a"], "a list"), (("a", 1), "a list")],
)
def test_what_is_no_text_is_not_asked_as_its_spelling_in_python(cell: object, word: str) -> None:
    message = rf"rows row 3: column 'y' holds {word}, not text"
    with pytest.raises(DataError, match=message):
        Cells("rows").text({"y": cell}, "y", 3)
    with pytest.raises(DataError, match=message):
        Cells("rows").texts({"y": ["fine", cell]}, "y", 3)
    with pytest.raises(DataError, match=message):
        Cells("rows").choices({"t": "a", "y": cell}, ("t", "y"), 3)


@pytest.mark.parametrize("split", [None, ","])
def test_a_table_is_no_target(split: str | None) -> None:
    with pytest.raises(DataError, match="holds a table, not text"):
        Cells("rows").texts({"y": {"a": 1}}, Column(column="y", split=split), 1)


@pytest.mark.parametrize("labels", [(), ("a",), ("a", "a"), ("a", "b", "c"), ("a", "b", "a")])
def test_a_threshold_needs_two_different_labels(labels: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match=r"labels: a threshold parts two different labels, not"):
        Column(column="y", threshold=0.5, labels=labels)


@pytest.mark.parametrize(
    "cell", ["nan", "inf", "-inf", "1e999", "1_0", pytest.param(10**400, id="huge"), [1], ""]
)
def test_a_threshold_takes_finite_numbers_alone(read: Read, cell: object) -> None:
    column = Column(column="y", threshold=0)
    with pytest.raises(DataError, match=r"row 1: column 'y' holds .*the threshold needs a number"):
        read([{"t": "x", "y": cell}], text="t", target=column)


@pytest.mark.parametrize(
    ("rows", "columns", "message"),
    [
        ([], {}, r"rows\.jsonl: has no rows"),
        ([{"tex": "a"}], {}, r"rows\.jsonl row 1: there is no column 'text'; did you mean 'tex'\?"),
        ([{"text": "a"}, {"text": " "}], {}, r"rows\.jsonl row 2: column 'text' is empty"),
        ([{"text": None}], {}, r"row 1: column 'text' is empty"),
        ([{"text": "a", "y": []}], {"target": "y"}, r"row 1: column 'y' is empty"),
        ([{"text": "a", "y": ["b", ""]}], {"target": "y"}, r"row 1: column 'y' is empty"),
        ([{"text": "a"}], {"text": "{q}"}, r"row 1: there is no column 'q'"),
        ([{"text": "a"}], {"slices": ("s",)}, r"row 1: there is no column 's'"),
        (
            [{"text": "a", "i": 1}, {"text": "b", "i": 2}, {"text": "c", "i": 1}],
            {"id": "i"},
            r"row 3: id '1' was used in row 1 already; make the ids unique",
        ),
        (
            [{"text": "a", "y": "good"}],
            {"target": Column(column="y", threshold=0)},
            r"row 1: column 'y' holds 'good', and the threshold needs a number",
        ),
        ([{"text": "a", "c": ["u"]}], {"choices": "c"}, r"row 1: has 1 choice: \('u',\)"),
        (
            [{"text": "a", "c": ["up", "down"], "y": "dwn"}],
            {"choices": "c", "target": "y"},
            r"row 1: target 'dwn' is none of the choices; did you mean 'down'\?",
        ),
        (
            [{"text": "a", "c": ["u", "v", "w"], "y": ["u", "v"]}],
            {"choices": "c", "target": "y"},
            r"row 1: has 2 right choices, one is needed; keep one of them",
        ),
        (
            [{"text": "a", "c": ["u", "v"], "y": "C"}],
            {"choices": "c", "target": Column(column="y", format="letter")},
            r"row 1: target 'C' names none of the 2 choices",
        ),
        (
            [{"text": "a", "c": ["u", "v"], "y": "AB"}],
            {"choices": "c", "target": Column(column="y", format="letter")},
            r"row 1: target 'AB' names none of the 2 choices",
        ),
        (
            [{"text": "a", "c": ["u", "v"], "y": "one"}],
            {"choices": "c", "target": Column(column="y", format="index")},
            r"row 1: target 'one' names none of the 2 choices",
        ),
        (
            [{"text": "a", "c": ["u", "v"], "y": "0_1"}],
            {"choices": "c", "target": Column(column="y", format="index")},
            r"row 1: target '0_1' names none of the 2 choices",
        ),
    ],
)
def test_each_wrong_row_is_one_sentence(
    read: Read, rows: list[dict[str, Any]], columns: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=message) as raised:
        read(rows, **{"text": "text", **columns})
    assert "\n" not in str(raised.value)
    assert raised.value.exit_code == 2


def test_a_label_outside_the_labels_is_named(
    data: Callable[[list[dict[str, Any]]], Dataset],
) -> None:
    dataset = data([{"t": "a", "y": "yes"}, {"t": "b", "y": "yess"}])
    with pytest.raises(
        DataError, match=r"row 2: 'yess' is not among the labels; did you mean 'yes'"
    ):
        read_samples(dataset, Columns(text="t", target="y"), labels=("yes", "no"))


@pytest.fixture
def hundred(data: Callable[[list[dict[str, Any]]], Dataset]) -> Dataset:
    return data([{"t": f"text {i}", "y": "ab"[i % 3 == 0]} for i in range(100)])


COLUMNS = Columns(text="t", target="y")


def test_labels_are_counted_and_sorted(hundred: Dataset) -> None:
    sample_set = read_samples(hundred, COLUMNS)
    assert sample_set.label_counts == {"a": 66, "b": 34}
    assert list(sample_set.label_counts) == ["a", "b"]


def test_a_limit_draws_by_seed_and_keeps_places_and_ids(hundred: Dataset) -> None:
    def drawn(limit: int | None, seed: int) -> SampleSet:
        return read_samples(hundred, COLUMNS, limit=limit, seed=seed)

    whole = {sample.id: sample for sample in drawn(None, 0)}
    first = list(drawn(10, 0))
    assert len(first) == drawn(10, 0).n_samples == 10
    assert drawn(10, 0).n_rows == 100
    assert all(whole[sample.id] == sample for sample in first)
    assert first == list(drawn(10, 0)) != list(drawn(10, 1))
    assert [sample.index for sample in first] == sorted(sample.index for sample in first)
    assert drawn(1000, 0).n_samples == 100
    seen = Counter(sample.index for seed in range(200) for sample in drawn(10, seed))
    assert len(seen) == 100  # every row can be drawn


def test_the_data_hash_is_that_of_all_contents(
    hundred: Dataset, data: Callable[[list[dict[str, Any]]], Dataset]
) -> None:
    whole = read_samples(hundred, COLUMNS)
    assert read_samples(hundred, COLUMNS, limit=5).data_hash == whole.data_hash
    assert read_samples(hundred, Columns(text="t")).data_hash != whole.data_hash
    changed = data([{"t": f"text {i}", "y": "ab"[i % 3 != 0]} for i in range(100)])
    assert read_samples(changed, COLUMNS).data_hash != whole.data_hash
