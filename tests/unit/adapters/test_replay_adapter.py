import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fakes.timed_model import ONE, profile_of, whole

from harness.adapters.replay import ReplayAdapter
from harness.conformance import SPECIMENS, check_adapter
from harness.core.attention import AttentionMaps, AttentionToken, MappedTokens
from harness.core.capability import Capability
from harness.core.codec import encode_answer, encode_payload
from harness.core.decomposition import Decomposition, Feature
from harness.core.errors import AdapterError, ConfigError, StoreError
from harness.core.request import (
    Attend,
    Classify,
    Decompose,
    Differentiate,
    Embed,
    FitAndClassify,
    Generate,
    InsideQuestion,
    LoadTest,
    LogLikelihood,
    MaskedLogLikelihood,
    Payload,
    Request,
    RollingLogLikelihood,
    capability_of,
)
from harness.core.response import (
    Classification,
    ContinuationScore,
    Embedding,
    Failure,
    FailureKind,
    Generation,
    InsideAnswer,
    LogLikelihoods,
    Response,
    TokenLogLikelihoods,
    Usage,
)
from harness.core.schema import SCHEMA_VERSION
from harness.core.token_gradients import Flip, TokenGradient, TokenGradients

TIMEOUT = Failure(kind=FailureKind.TIMEOUT, message="30 s went by", n_attempts=5)
MODELS = {"small": {"weights": "abc", "fingerprint": "f00"}, "large": {"weights": "def"}}
MANIFEST: dict[str, Any] = {
    "schema_version": SCHEMA_VERSION,
    "models": MODELS,
    "evaluations": [{"model": "lost", "error": "no such file"}],
}


DECOMPOSITION = Decomposition(
    method="linear",
    labels=("a", "b"),
    unit="score",
    background="the empty text",
    base=(0.5, -0.5),
    absent=(0.0, 0.0),
    total=(0.25, -0.25),
    features=(Feature(name="good", places=((2, 6),), values=(-0.25, 0.25)),),
)
GRADIENTS = TokenGradients(
    label="a",
    score=-0.5,
    tokens=(
        TokenGradient(text="[CLS]", start=None, end=None, norm=0.25, times_input=0.5, integrated=0),
        TokenGradient(
            text="good",
            start=2,
            end=6,
            norm=1.5,
            times_input=-2.0,
            integrated=1.0,
            flips=(Flip(text="bad", estimate=-3.0, similarity=0.5),),
        ),
    ),
    span_norms=(1.5, 0.0),
    baseline="[PAD]",
    baseline_score=-1.75,
    n_steps=8,
)


def said(text: str) -> Response:
    return Response(
        output=Generation(text=text, finish_reason="stop"),
        usage=Usage(n_input_tokens=1, n_output_tokens=2),
        latency_s=0.25,
    )


def _looked_into(payload: InsideQuestion) -> InsideAnswer:
    if isinstance(payload, Attend):
        token = AttentionToken(text="a", start=0, end=1, last=1.0, rollout=1.0)
        maps = MappedTokens(tokens=("a",), n_left_out=2, maps=())
        return AttentionMaps(tokens=(token,), reader="first", n_layers=1, mapped=maps)
    if isinstance(payload, Decompose):
        return DECOMPOSITION
    if payload.n_flips:
        return GRADIENTS
    tokens = tuple(replace(token, flips=()) for token in GRADIENTS.tokens)
    return replace(GRADIENTS, span_norms=(), tokens=tokens)


def recorded(payload: Payload) -> Response:
    """An answer of the right form for each specimen."""
    match payload:
        case Generate():
            return said("Paris")
        case LogLikelihood():
            score = ContinuationScore(-1.0, 1, is_greedy=True)
            return Response(output=LogLikelihoods((score,) * len(payload.continuations)))
        case RollingLogLikelihood() | MaskedLogLikelihood():
            return Response(output=TokenLogLikelihoods(values=(-1.0, float("-inf"))))
        case Embed():
            return Response(output=Embedding((0.5,)))
        case Differentiate() | Attend() | Decompose():
            return Response(output=_looked_into(payload))
    scores = {"labels": ("a", "b"), "scores": (0.25, 0.75), "is_probability": True}
    return Response(output=Classification(**scores))  # type: ignore[arg-type] # as written above


Row = tuple[str, Payload, Response | Failure]


def write_run(folder: Path, rows: Sequence[Row], form: str, tail: str = "") -> str:
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps(MANIFEST))
    records = [
        {
            "model": model,
            "suite": "s",
            "sample_id": f"id {place}",
            "request": encode_payload(payload),
            "answer": encode_answer(answer),
        }
        for place, (model, payload, answer) in enumerate(rows)
    ]
    texts = [
        {
            name: v if name in ("model", "suite", "sample_id") else json.dumps(v)
            for name, v in record.items()
        }
        for record in records
    ]
    if form == "parquet":
        pq.write_table(pa.Table.from_pylist(texts), folder / "samples.parquet")
    else:
        chosen: list[Any] = texts if form == "jsonl of texts" else records
        lines = "".join(json.dumps(record) + "\n" for record in chosen)
        (folder / "samples.jsonl").write_text(lines + tail)
    return str(folder)


def ask(adapter: ReplayAdapter, *payloads: Payload) -> list[Response | Failure]:
    requests = [Request(f"new id {index}", payload) for index, payload in enumerate(payloads)]
    return [exchange.answer for exchange in adapter.open().respond(requests)]


@pytest.mark.parametrize("form", ["parquet", "jsonl", "jsonl of texts"])
def test_it_keeps_the_promises_of_an_adapter(tmp_path: Path, form: str) -> None:
    rows: list[Row] = [("small", payload, recorded(payload)) for payload in SPECIMENS]
    adapter = ReplayAdapter(run=write_run(tmp_path / "r1", rows, form), model="small")
    check_adapter(adapter)
    asked = [payload for payload in SPECIMENS if capability_of(payload) in adapter.capabilities]
    left = [payload for payload in SPECIMENS if payload not in asked]
    assert ask(adapter, *asked) == [recorded(payload) for payload in asked]
    others = ReplayAdapter(
        run=adapter.run, model="small", offers=("fills", "attends", "decomposes", "fits")
    )
    assert ask(others, *left) == [recorded(payload) for payload in left]
    assert [type(payload) for payload in left] == [
        MaskedLogLikelihood,
        Attend,
        Decompose,
        FitAndClassify,
    ]


def test_answers_are_found_by_what_is_asked_of_the_model_named(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("small", Generate(prompt="Hi"), said("I am small")),
        ("large", Generate(prompt="Hi"), said("I am large")),
        ("large", Generate(prompt="Hi", seed=1), said("I am another")),
    ]
    adapter = ReplayAdapter(run=write_run(tmp_path / "r1", rows, "parquet"), model="large")
    assert ask(adapter, Generate(prompt="Hi", seed=1), Generate(prompt="Hi")) == [
        said("I am another"),
        said("I am large"),
    ]


def test_a_question_never_asked_is_missing(tmp_path: Path) -> None:
    rows: list[Row] = [("small", Generate(prompt="Hi"), said("Hello"))]
    adapter = ReplayAdapter(run=write_run(tmp_path / "r1", rows, "jsonl"), model="small")
    (answer,) = ask(adapter, Classify(text="Hi"))
    assert answer == Failure(
        kind=FailureKind.MISSING,
        message="replay of small in r1: the run holds no answer to this Classify",
    )


@pytest.mark.parametrize("form", ["parquet", "jsonl"])
def test_a_failure_stands_until_an_answer_came(tmp_path: Path, form: str) -> None:
    rows: list[Row] = [
        ("small", Generate(prompt="once"), TIMEOUT),
        ("small", Generate(prompt="again"), TIMEOUT),
        ("small", Generate(prompt="again"), said("first")),
        ("small", Generate(prompt="again"), said("second")),
        ("small", Generate(prompt="again"), TIMEOUT),
    ]
    adapter = ReplayAdapter(run=write_run(tmp_path / "r1", rows, form), model="small")
    answers = ask(adapter, Generate(prompt="once"), Generate(prompt="again"))
    assert answers == [TIMEOUT, said("first")]


@pytest.mark.parametrize("form", ["parquet", "jsonl"])
def test_samples_that_asked_the_same_get_each_its_own_answer(tmp_path: Path, form: str) -> None:
    question = Generate(prompt="again")
    answers: list[Response | Failure] = [TIMEOUT, said("first"), said("second"), TIMEOUT]
    rows: list[Row] = [("small", question, answer) for answer in answers]
    adapter = ReplayAdapter(run=write_run(tmp_path / "r1", rows, form), model="small")
    requests = [Request(f"id {place}", question) for place in range(len(answers) + 1)]
    given = [exchange.answer for exchange in adapter.open().respond(requests)]
    assert given == [*answers, said("first")]


@pytest.mark.parametrize("lost", [None, TIMEOUT])
def test_a_round_of_timing_never_stands_for_another(tmp_path: Path, lost: Failure | None) -> None:
    timed = replace(profile_of(whole()), lost=lost)
    question = LoadTest(capability=Capability.GENERATES, points=(ONE,))
    rows: list[Row] = [("small", question, Response(output=timed))]
    adapter = ReplayAdapter(run=write_run(tmp_path / "r1", rows, "jsonl"), model="small")

    requests = [Request(f"id {place}", question) for place in range(2)]
    same, other = (exchange.answer for exchange in adapter.open().respond(requests))

    assert same == Response(output=timed)
    assert isinstance(other, Failure)
    assert other.kind is FailureKind.MISSING


def test_a_line_cut_short_by_a_kill_is_left_out(tmp_path: Path) -> None:
    rows: list[Row] = [("small", Generate(prompt="Hi"), said("Hello"))]
    folder = write_run(tmp_path / "r1", rows, "jsonl", tail='{"model": "small", "requ')
    assert ask(ReplayAdapter(run=folder, model="small"), Generate(prompt="Hi")) == [said("Hello")]


def test_where_a_kill_has_left_both_files_the_lines_are_read(tmp_path: Path) -> None:
    first: Row = ("small", Generate(prompt="Hi"), said("Hello"))
    later: Row = ("small", Generate(prompt="Bye"), said("Goodbye"))
    write_run(tmp_path / "r1", [first], "parquet")
    folder = write_run(tmp_path / "r1", [first, later], "jsonl")
    adapter = ReplayAdapter(run=folder, model="small")
    assert ask(adapter, Generate(prompt="Bye")) == [said("Goodbye")]


def test_any_other_damage_is_a_lost_model(tmp_path: Path) -> None:
    rows: list[Row] = [("small", Generate(prompt="Hi"), said("Hello"))]
    folder = write_run(tmp_path / "r1", rows, "jsonl", tail="not json\n")
    with pytest.raises(AdapterError, match="holds a record that cannot be read"):
        ReplayAdapter(run=folder, model="small").open()
    for text in ("[]", f'{{"schema_version": {SCHEMA_VERSION}}}', "{"):
        (tmp_path / "r1" / "manifest.json").write_text(text)
        with pytest.raises(AdapterError, match=r"manifest\.json: is damaged"):
            ReplayAdapter(run=folder, model="small").open()


def test_a_run_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "r1", [], "jsonl")
    newer = MANIFEST | {"schema_version": SCHEMA_VERSION + 1}
    (tmp_path / "r1" / "manifest.json").write_text(json.dumps(newer))
    with pytest.raises(StoreError) as caught:
        ReplayAdapter(run=folder, model="small").open()
    assert str(caught.value) == (
        f"{folder}/manifest.json: has schema version {SCHEMA_VERSION + 1}, and this program knows"
        f" versions up to {SCHEMA_VERSION}; update the program"
    )
    assert caught.value.exit_code == 3


def test_a_model_that_the_run_lost_before_any_answer_is_lost_again(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "r1", [], "jsonl")
    with pytest.raises(AdapterError, match=r"no answers of model 'lost', .* \(no such file\)"):
        ReplayAdapter(run=folder, model="lost").open()


def test_the_identity_is_the_recorded_one_marked_as_replayed(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "r1", [], "jsonl")
    identity = ReplayAdapter(run=folder, model="small").open().identity
    assert identity.parts == {"weights": "abc", "replay": "r1", "origin": "f00"}


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (None, "model: the run r1 has small, large; write which one"),
        ("smal", "model: the run r1 has no model 'smal'; did you mean 'small'?"),
    ],
)
def test_which_model_must_be_clear(tmp_path: Path, model: str | None, words: str) -> None:
    folder = write_run(tmp_path / "r1", [], "jsonl")
    with pytest.raises(ConfigError) as caught:
        ReplayAdapter(run=folder, model=model).open()
    assert str(caught.value) == words


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"run: .* is no run's folder"):
        ReplayAdapter(run=str(tmp_path)).open()
