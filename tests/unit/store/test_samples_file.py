"""Records as lines and as Parquet: nothing is lost, whatever moment a kill picks."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.core.errors import StoreError
from harness.core.redact import Scrubber
from harness.core.request import Classify, Generate, LogLikelihood, Message
from harness.core.response import (
    Classification,
    ContinuationScore,
    Failure,
    FailureKind,
    Generation,
    LogLikelihoods,
    Response,
    Usage,
)
from harness.core.run import Record
from harness.core.sample import Sample
from harness.store.record_codec import decode_record, encode_record
from harness.store.samples_file import (
    JSONL,
    PARQUET,
    SampleWriter,
    StoredRecords,
    compact,
    read_lines,
    reopen,
)

NO_SECRETS = Scrubber(())


def record(index: int, *, model: str = "m", suite: str = "s", text: str = "Hi") -> Record:
    return Record(
        model=model,
        suite=suite,
        sample=Sample(id=f"id-{index}", index=index, text="q", targets=("t",)),
        payload=Generate(prompt="q"),
        answer=Response(output=Generation(text=text, finish_reason="stop")),
        scores={"toy.right": 1.0},
    )


def failed(index: int) -> Record:
    sample = Sample(id=f"id-{index}", index=index, text="q")
    refusal = Failure(kind=FailureKind.TIMEOUT, message="30 s went by")
    return Record(model="m", suite="s", sample=sample, payload=Generate(prompt="q"), answer=refusal)


def write(folder: Path, *records: Record) -> None:
    writer = SampleWriter(folder / JSONL, NO_SECRETS)
    for one in records:
        writer.append(one)
    writer.close()


def stored(folder: Path) -> list[Record]:
    return list(StoredRecords(folder))


# Any code point, halves of characters included, for a model may write them.
texts = st.text(st.characters(categories=None), max_size=8)
numbers = st.floats(allow_nan=False)
samples = st.builds(
    Sample,
    id=st.text(max_size=8),
    index=st.integers(0, 2**40),
    text=st.text(max_size=8),
    targets=st.lists(texts, max_size=2).map(tuple),
    choices=st.lists(texts, max_size=2).map(tuple),
    slices=st.dictionaries(texts, texts, max_size=2),
    cluster=st.none() | st.text(max_size=8),
)
payloads = st.one_of(
    st.builds(Generate, prompt=texts, stop=st.lists(texts, max_size=2).map(tuple)),
    st.builds(Generate, prompt=st.tuples(st.builds(Message, st.just("user"), texts))),
    st.builds(LogLikelihood, prompt=texts, continuations=st.lists(texts, max_size=2).map(tuple)),
    st.builds(Classify, text=texts),
)
outputs = st.one_of(
    st.builds(Generation, text=texts, finish_reason=texts),
    st.builds(
        LogLikelihoods,
        st.lists(st.builds(ContinuationScore, numbers, st.integers(0, 9), st.booleans())).map(
            tuple
        ),
    ),
    st.builds(
        Classification,
        labels=st.lists(texts, max_size=2).map(tuple),
        scores=st.lists(numbers, max_size=2).map(tuple),
        is_probability=st.booleans(),
    ),
)
answers = st.one_of(
    st.builds(
        Response,
        output=outputs,
        usage=st.none() | st.builds(Usage, n_input_tokens=st.none() | st.integers(0, 99)),
        latency_s=st.none() | st.floats(0, 1e6),
    ),
    st.builds(Failure, kind=st.sampled_from(FailureKind), message=texts),
)
records = st.builds(
    Record,
    model=st.text(min_size=1, max_size=4),
    suite=st.text(min_size=1, max_size=4),
    sample=samples,
    payload=payloads,
    answer=answers,
    reading=st.none() | outputs,
    scores=st.dictionaries(st.text(max_size=8), numbers, max_size=2),
    unscored=st.dictionaries(texts, texts, max_size=2),
)


def joined(value: Any) -> Any:
    """Join halves of characters that stand side by side: JSON cannot keep them apart."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    if isinstance(value, dict):
        return {joined(key): joined(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [joined(inner) for inner in value]
    return value


@settings(max_examples=60, deadline=None)
@given(record=records)
def test_a_record_survives_lines_and_parquet(
    record: Record, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("run")
    expected = joined(encode_record(record))
    write(folder, record)
    (from_lines,) = stored(folder)
    assert joined(encode_record(from_lines)) == expected

    assert compact(folder / JSONL, folder / PARQUET) == 1
    (from_parquet,) = stored(folder)
    assert joined(encode_record(from_parquet)) == expected

    reopen(folder / PARQUET, folder / JSONL)
    (again,) = stored(folder)
    assert joined(encode_record(again)) == expected
    assert decode_record(encode_record(again)) == again


def test_half_a_character_in_a_score_s_name_does_not_end_a_run(tmp_path: Path) -> None:
    write(tmp_path, replace(record(0), scores={"recall[\ud800]": 1.0}))
    assert compact(tmp_path / JSONL, tmp_path / PARQUET) == 1
    (kept,) = stored(tmp_path)
    assert kept.scores == {"recall[\ufffd]": 1.0}


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), 1e308])
def test_lines_are_strict_json_even_of_a_score_without_bounds(value: float, tmp_path: Path) -> None:
    write(tmp_path, replace(record(0), scores={"a": value, "b": value}))

    def refuse(constant: str) -> None:
        pytest.fail(f"{constant} is no JSON")

    json.loads((tmp_path / JSONL).read_text(), parse_constant=refuse)
    assert stored(tmp_path)[0].scores == {"a": value, "b": value}


def test_half_a_character_in_a_data_set_becomes_a_mark_in_parquet(tmp_path: Path) -> None:
    broken = Sample(id="a", index=0, text="half \ud83d, whole \U0001f600")
    one = Record(
        model="m", suite="s", sample=broken, payload=Generate(prompt="x"), answer=failed(0).answer
    )
    write(tmp_path, one)
    compact(tmp_path / JSONL, tmp_path / PARQUET)
    assert stored(tmp_path)[0].sample.text == "half \ufffd, whole \U0001f600"


def test_records_are_sorted_by_model_suite_and_index(tmp_path: Path) -> None:
    order = [
        ("b", "y", 1),
        ("b", "x", 2),
        ("a", "x", 1),
        ("b", "x", 0),
        ("a", "x", 0),
        ("b", "y", 0),
    ]
    write(tmp_path, *(record(i, model=model, suite=suite) for model, suite, i in order))
    assert [r.sample.index for r in stored(tmp_path)] == [i for _, _, i in order]  # as they came
    compact(tmp_path / JSONL, tmp_path / PARQUET)
    found = [(r.model, r.suite, r.sample.index) for r in stored(tmp_path)]
    # Models and suites stand as the run took them up, which is the order of the spec.
    assert found == [
        ("b", "y", 0),
        ("b", "y", 1),
        ("b", "x", 0),
        ("b", "x", 2),
        ("a", "x", 0),
        ("a", "x", 1),
    ]
    assert len(StoredRecords(tmp_path)) == 6


def test_of_a_sample_asked_again_the_last_line_counts(tmp_path: Path) -> None:
    write(tmp_path, failed(0), record(1), record(0, text="at last"))
    assert compact(tmp_path / JSONL, tmp_path / PARQUET) == 2
    first, _ = stored(tmp_path)
    assert isinstance(first.answer, Response)


def test_a_run_without_answers_compacts_to_nothing(tmp_path: Path) -> None:
    write(tmp_path)
    assert compact(tmp_path / JSONL, tmp_path / PARQUET) == 0
    assert stored(tmp_path) == []
    assert len(StoredRecords(tmp_path)) == 0


def test_a_folder_without_any_samples(tmp_path: Path) -> None:
    assert stored(tmp_path) == []
    assert len(StoredRecords(tmp_path)) == 0


@pytest.mark.parametrize("n_cut", [1, 5, 60])
def test_the_last_line_may_be_cut(n_cut: int, tmp_path: Path) -> None:
    write(tmp_path, record(0), record(1))
    path = tmp_path / JSONL
    path.write_bytes(path.read_bytes()[:-n_cut])
    assert [r.sample.index for r in stored(tmp_path)] == [0]
    write(tmp_path, record(2))
    assert [r.sample.index for r in stored(tmp_path)] == [0, 2]
    assert compact(tmp_path / JSONL, tmp_path / PARQUET) == 2


@pytest.mark.parametrize("line", [b"{", b"\xff", b"[] []", b""])
def test_a_damaged_line_is_named(line: bytes, tmp_path: Path) -> None:
    write(tmp_path, record(0))
    with (tmp_path / JSONL).open("ab") as file:
        file.write(line + b"\n")
    with pytest.raises(StoreError, match="line 2: is damaged; delete that line"):
        list(read_lines(tmp_path / JSONL))


@pytest.mark.parametrize("line", [b"5", b"[]", b"{}", b'{"model": "m"}', b"null"])
def test_a_line_that_is_no_record_is_told(line: bytes, tmp_path: Path) -> None:
    (tmp_path / JSONL).write_bytes(line + b"\n")
    with pytest.raises(StoreError, match="holds a record that cannot be read"):
        stored(tmp_path)


def test_lines_count_before_parquet_where_a_kill_left_both(tmp_path: Path) -> None:
    write(tmp_path, record(0))
    compact(tmp_path / JSONL, tmp_path / PARQUET)
    write(tmp_path, record(0), record(1))
    assert len(StoredRecords(tmp_path)) == 2
    assert len(stored(tmp_path)) == 2


def test_each_line_is_there_as_soon_as_it_is_appended(tmp_path: Path) -> None:
    writer = SampleWriter(tmp_path / JSONL, NO_SECRETS)
    writer.append(record(0))
    assert len(stored(tmp_path)) == 1  # nobody has flushed or closed anything
    writer.close()
    writer.close()


def test_secrets_are_struck_out(tmp_path: Path) -> None:
    writer = SampleWriter(tmp_path / JSONL, Scrubber(("hunter2",)))
    writer.append(record(0, text="it is hunter2"))
    writer.close()
    assert "hunter2" not in (tmp_path / JSONL).read_text()
    (one,) = stored(tmp_path)
    assert isinstance(one.answer, Response)
    assert one.answer.output == Generation(text="it is [redacted]", finish_reason="stop")


class TestFailingDisk:
    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="cannot be written"):
            SampleWriter(tmp_path / "nowhere" / JSONL, NO_SECRETS)

    def test_a_line_that_was_written_in_part(self, tmp_path: Path) -> None:
        writer = SampleWriter(tmp_path / JSONL, NO_SECRETS)
        file = writer._file

        class Full:
            closed = False

            def write(self, line: bytes) -> int:
                return file.write(line[:10])

        writer._file = Full()  # type: ignore[assignment]
        with pytest.raises(StoreError, match="No space left on device"):
            writer.append(record(0))
        writer._file = file
        writer.close()
        assert stored(tmp_path) == []

    @pytest.mark.parametrize("step", ["compact", "reopen"])
    def test_no_half_file_is_left(
        self, step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(tmp_path, record(0))
        if step == "reopen":
            compact(tmp_path / JSONL, tmp_path / PARQUET)

        def full(self: Path, target: Path) -> Path:
            del self, target
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(Path, "replace", full)
        with pytest.raises((OSError, StoreError), match="No space left"):
            (
                compact(tmp_path / JSONL, tmp_path / PARQUET)
                if step == "compact"
                else reopen(tmp_path / PARQUET, tmp_path / JSONL)
            )
        assert len(list(tmp_path.iterdir())) == 1
        assert len(stored(tmp_path)) == 1
