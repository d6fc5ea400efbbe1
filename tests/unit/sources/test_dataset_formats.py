"""Rows out of files in every format, and the sentence for each way a file can be wrong."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness.core.errors import ConfigError, DataError
from harness.sources.dataset import Dataset

Write = Callable[[str, str | bytes], Dataset]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a maker of data sets: (file name, contents) -> Dataset."""

    def make(name: str, contents: str | bytes) -> Dataset:
        path = tmp_path / name
        path.write_bytes(contents if isinstance(contents, bytes) else contents.encode())
        return Dataset(path=str(path))

    return make


def test_csv_has_a_header_quotes_and_line_breaks_in_cells(write: Write) -> None:
    dataset = write("a.csv", 'text,label\r\n"one, two",x\r\n"first\nsecond ""third""",y\r\n')
    assert list(dataset.rows()) == [
        {"text": "one, two", "label": "x"},
        {"text": 'first\nsecond "third"', "label": "y"},
    ]


def test_a_byte_order_mark_is_no_part_of_the_first_name(write: Write) -> None:
    assert list(write("a.csv", b"\xef\xbb\xbftext\nGr\xc3\xb6\xc3\x9fe\n").rows()) == [
        {"text": "Größe"}
    ]


def test_tsv_takes_quotes_as_they_are(write: Write) -> None:
    assert list(write("a.tsv", 'text\tlabel\n"so it began\tx\n').rows()) == [
        {"text": '"so it began', "label": "x"}
    ]


def test_columns_without_a_header_are_numbered(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("a\tb\n\nc\td\n")
    dataset = Dataset(path=str(path), format="tsv", header=False)
    assert list(dataset.rows()) == [{"0": "a", "1": "b"}, {"0": "c", "1": "d"}]


def test_a_long_cell_is_read(write: Write) -> None:
    (row,) = write("a.csv", "text\n" + "x" * 1_000_000 + "\n").rows()
    assert len(row["text"]) == 1_000_000


@pytest.mark.parametrize("ending", ["jsonl", "ndjson"])
def test_json_lines_keep_their_types(write: Write, ending: str) -> None:
    rows = [{"text": "a", "choices": ["x", "y"], "n": 1}, {"text": "b", "n": None}]
    lines = "\n\n".join(json.dumps(row) for row in rows)
    assert list(write(f"a.{ending}", lines).rows()) == rows


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    rows = [{"text": f"row {i}", "n": i, "day": dt.date(2026, 1, 1)} for i in range(5000)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    assert list(Dataset(path=str(tmp_path / "a.parquet")).rows()) == rows


@pytest.mark.parametrize("compression", ["none", "snappy", "zstd"])
def test_a_parquet_file_that_is_damaged_inside_is_one_sentence(
    tmp_path: Path, compression: str
) -> None:
    path = tmp_path / "a.parquet"
    table = pa.table({"text": [f"row {i}" for i in range(1000)]})
    pq.write_table(table, path, compression=compression, use_dictionary=False)
    contents = bytearray(path.read_bytes())
    contents[20:400] = b"\xff" * 380  # the first pages; the footer stays sound
    path.write_bytes(contents)
    with pytest.raises(DataError, match=r"^a\.parquet: is damaged inside \(.+\); fetch") as raised:
        list(Dataset(path=str(path)).rows())
    assert "\n" not in str(raised.value)


def test_a_parquet_text_that_is_not_utf_8_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": ["a plain text"]}), path, compression="none")
    path.write_bytes(path.read_bytes().replace(b"a plain text", b"a pl\xffin text", 1))
    with pytest.raises(DataError, match=r"^a\.parquet: is damaged inside .*codec can't decode"):
        list(Dataset(path=str(path)).rows())


@pytest.mark.parametrize(
    ("name", "contents", "message"),
    [
        ("a.csv", "text,label\na,b,c\n", r"a\.csv line 2: has 3 cells where the header has 2"),
        ("a.csv", "text,label\na,b\n\nc\n", r"a\.csv line 4: has 1 cells"),
        ("a.csv", b"text\n\xff\xfe\n", r"a\.csv line \d: cannot be read \('utf-8'"),
        ("a.csv", "text,label,text\na,b,c\n", r"a\.csv line 1: names column 'text' twice"),
        ("a.jsonl", '{"a": 1}\n{"a": \n', r"a\.jsonl line 2: is not JSON"),
        ("a.jsonl", "[1, 2]\n", r"a\.jsonl line 1: is JSON, but not an object"),
        ("a.jsonl", b'{"a": "\xff"}\n', r"a\.jsonl line 1: is not JSON"),
        ("a.parquet", "text,label\n", r"a\.parquet: is not a Parquet file"),
    ],
)
def test_a_broken_file_is_one_sentence(
    write: Write, name: str, contents: str | bytes, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        list(write(name, contents).rows())


def test_an_unknown_ending_needs_a_format(write: Write) -> None:
    with pytest.raises(ConfigError, match="its ending tells no format; write format = csv"):
        write("a.dat", "x").rows()


def test_a_folder_is_no_data_set(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is a folder; name one file in it"):
        Dataset(path=str(tmp_path), format="csv").rows()


def test_rows_can_be_read_again(write: Write) -> None:
    dataset = write("a.csv", "text\na\nb\n")
    assert list(dataset.rows()) == list(dataset.rows())
