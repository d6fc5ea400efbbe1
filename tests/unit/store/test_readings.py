"""What was read from each answer, from the lines of a run and from its table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fakes.synthetic_robustness import attacked, record

from harness.core.errors import StoreError
from harness.core.redact import Scrubber
from harness.core.response import (
    ContinuationScore,
    Embedding,
    Failure,
    FailureKind,
    Generation,
    LogLikelihoods,
    Output,
    Response,
)
from harness.core.run import Record
from harness.store.readings import read_readings
from harness.store.samples_file import JSONL, PARQUET, SampleWriter, compact


def answered(output: Output, name: str) -> Record:
    return replace(record("s", "text", "good", name), answer=Response(output=output))


def kept(folder: Path, *records: Record, is_ended: bool) -> Path:
    writer = SampleWriter(folder / JSONL, Scrubber(()))
    for number, each in enumerate(records):
        writer.append(replace(each, sample=replace(each.sample, index=number)))
    writer.close()
    if is_ended:
        compact(folder / JSONL, folder / PARQUET)
    return folder


@pytest.mark.parametrize("is_ended", [False, True])
def test_each_output_names_its_answer(tmp_path: Path, *, is_ended: bool) -> None:
    choices = LogLikelihoods(
        (ContinuationScore(-3.0, 1, is_greedy=False), ContinuationScore(-1.0, 1, is_greedy=True))
    )
    read = replace(
        answered(Generation(text="It is good.", finish_reason="stop"), "read"),
        reading=record("s", "", "bad").answer.output,  # type: ignore[union-attr]
    )
    folder = kept(
        tmp_path,
        record("s", "text", "good", "label"),
        record("s", "text", attacked("test"), "attack"),
        record("s", "text", Failure(kind=FailureKind.TIMEOUT, message="late"), "failed"),
        record("s", "text", Failure(kind=FailureKind.UNDISTURBED, message="torn"), "unmade"),
        answered(choices, "choice"),
        answered(Generation(text="one", finish_reason="stop"), "one"),
        answered(Generation(text="two", finish_reason="stop"), "two"),
        answered(Embedding((1.0,)), "vector"),
        replace(record("s", "text", "good", "mute"), unscored={"m": "no label in it"}),
        read,
        record("another", "text", "good", "elsewhere"),
        is_ended=is_ended,
    )

    found = read_readings(folder, {"s"})

    assert list(found) == [("reviews-lr", "s")]
    of = found["reviews-lr", "s"]
    assert {name: of[name].answer for name in ("label", "attack", "choice", "read")} == {
        "label": "good",
        "attack": "succeeded",
        "choice": "1",
        "read": "bad",
    }
    assert of["one"].answer != of["two"].answer
    assert [name for name, one in of.items() if not one.is_read] == ["failed", "unmade", "mute"]
    assert [name for name, one in of.items() if not one.is_made] == ["unmade"]
    assert (of["vector"].is_read, of["vector"].answer) == (True, None)
    assert len({one.text for one in of.values()}) == 1


def test_texts_are_told_apart(tmp_path: Path) -> None:
    folder = kept(
        tmp_path, record("s", "a", "good", "1"), record("s", "a ", "good", "2"), is_ended=True
    )

    one, other = read_readings(folder, {"s"})["reviews-lr", "s"].values()

    assert one.text != other.text


def test_a_damaged_record_is_named(tmp_path: Path) -> None:
    folder = kept(tmp_path, record("s", "a", "good"), is_ended=False)
    lines = (folder / JSONL).read_text().replace('"kind":"Classification"', '"kind":"Riddle"')
    (folder / JSONL).write_text(lines)

    with pytest.raises(StoreError, match="holds a record that cannot be read"):
        read_readings(folder, {"s"})


@pytest.mark.parametrize("is_ended", [False, True])
def test_only_choices_are_answers(tmp_path: Path, *, is_ended: bool) -> None:
    def scored(name: str, choices: tuple[str, ...], *values: float) -> Record:
        output = LogLikelihoods(
            tuple(ContinuationScore(value, 1, is_greedy=True) for value in values)
        )
        one = answered(output, name)
        return replace(one, sample=replace(one.sample, choices=choices))

    folder = kept(
        tmp_path,
        # As lm-eval asks for acc_mutual_info: the choices, and then each without its question.
        scored("mutual", ("yes", "no"), -9.0, -8.0, -2.0, -1.0),
        scored("plain", ("yes", "no"), -8.0, -9.0),
        scored("unnamed", (), -3.0, -9.0, -2.0),
        scored("single", (), -1.0),
        is_ended=is_ended,
    )

    found = read_readings(folder, {"s"})["reviews-lr", "s"]

    answers = {name: reading.answer for name, reading in found.items()}
    assert answers == {"mutual": "1", "plain": "0", "unnamed": "2", "single": None}
    assert found["single"].is_read
