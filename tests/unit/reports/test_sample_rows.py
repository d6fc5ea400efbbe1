from dataclasses import replace

import pytest
from fakes.synthetic_run import HOSTILE, synthetic_run

from harness.core.attacked import Attacked
from harness.core.attacked import Outcome as AttackOutcome
from harness.core.attention import AttentionMaps
from harness.core.decomposition import Decomposition, Feature
from harness.core.response import (
    Classification,
    ContinuationScore,
    Embedding,
    Failure,
    FailureKind,
    Generation,
    LogLikelihoods,
    Output,
    Response,
    TokenLogLikelihoods,
)
from harness.core.run import Record
from harness.core.sample import Sample
from harness.core.token_gradients import TokenGradients
from harness.reports.sample_rows import Outcome, outcome_of, output_text, sample_row

SAMPLE = Sample(id="a", index=0, text="x", targets=("yes",), choices=("yes", "no"))
RECORD = next(iter(synthetic_run(n=1).records))


def record(output: Output, **changes: object) -> Record:
    plain = replace(RECORD, sample=SAMPLE, answer=Response(output=output), scores={"m.c": 1.0})
    return replace(plain, **changes)  # type: ignore[arg-type]


def picks(label: str) -> Classification:
    scores = (0.9, 0.1) if label == "yes" else (0.2, 0.8)
    return Classification(labels=("yes", "no"), scores=scores, is_probability=True)


def likelihoods(*values: float) -> LogLikelihoods:
    return LogLikelihoods(tuple(ContinuationScore(value, 3, is_greedy=False) for value in values))


def attacked(outcome: AttackOutcome, label: str) -> Attacked:
    return Attacked(
        outcome=outcome,
        text="y",
        label=label,
        p_right=0.4,
        clean_label="yes",
        clean_p_right=0.9,
        n_words=1,
        n_changed=1,
        n_queries=3,
        n_sent=3,
    )


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (picks("yes"), Outcome.RIGHT),
        (picks("no"), Outcome.WRONG),
        (likelihoods(-1.0, -2.0), Outcome.RIGHT),
        (likelihoods(-3.0, -2.0), Outcome.WRONG),
        # lm-eval's acc_mutual_info asks for each choice without its question after the choices.
        (likelihoods(-3.0, -4.0, -2.0, -1.0), Outcome.RIGHT),
        (likelihoods(-4.0, -3.0, -1.0, -2.0), Outcome.WRONG),
        (Generation(text="yes", finish_reason="stop"), Outcome.ANSWERED),
        (TokenLogLikelihoods(values=(-1.0,)), Outcome.ANSWERED),
        (Embedding((0.5,)), Outcome.ANSWERED),
        (attacked(AttackOutcome.FAILED, "yes"), Outcome.RIGHT),
        (attacked(AttackOutcome.SUCCEEDED, "no"), Outcome.WRONG),
        (attacked(AttackOutcome.SKIPPED, "no"), Outcome.WRONG),
        (attacked(AttackOutcome.UNDECIDED, "yes"), Outcome.ANSWERED),
    ],
)
def test_right_and_wrong_are_said_of_picked_answers_alone(
    output: Output, expected: Outcome
) -> None:
    assert outcome_of(record(output)) is expected


def test_the_reading_of_an_answer_decides_where_there_is_one() -> None:
    wordy = Generation(text="I think yes", finish_reason="stop")
    read = record(wordy, reading=picks("yes"))
    assert outcome_of(read) is Outcome.RIGHT
    assert sample_row(read, max_characters=99).remarks == ("read as: yes (0.9)",)


def test_an_answer_that_no_metric_could_score_is_unscored_and_says_why() -> None:
    unread = record(picks("no"), scores={}, unscored={"confusion": "no label in the answer"})
    assert outcome_of(unread) is Outcome.UNSCORED
    assert sample_row(unread, max_characters=99).remarks == (
        "confusion unscored: no label in the answer",
    )


def test_a_failure_has_a_reason_and_no_answer() -> None:
    failure = Failure(kind=FailureKind.TIMEOUT, message="nothing within 30 s", n_attempts=3)
    row = sample_row(record(picks("yes"), answer=failure, scores={}), max_characters=99)
    assert row.outcome is Outcome.FAILED
    assert row.answer.text == ""
    assert row.remarks == ("timeout after 3 attempts: nothing within 30 s",)


def test_an_answer_that_was_cut_says_so() -> None:
    row = sample_row(record(Generation(text="and", finish_reason="length")), max_characters=99)
    assert row.remarks == ("ended by: length",)


def test_long_texts_are_cut_and_folded_with_the_rest_counted() -> None:
    text = Generation(text="a" * 5000, finish_reason="stop")
    answer = sample_row(record(text), max_characters=1000).answer
    assert (len(answer.text), answer.n_cut) == (1000, 4000)
    assert answer.preview == "a" * 180 + " …"


def test_short_texts_are_not_folded_but_many_lines_are() -> None:
    short, tall = (
        sample_row(record(Generation(text=t, finish_reason="stop")), max_characters=999).answer
        for t in ("one\ntwo", "1\n2\n3\n4")
    )
    assert (short.preview, tall.preview) == ("", "1 2 3 …")


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (picks("no"), "no (0.8)"),
        (likelihoods(-1.0, -0.5), "no"),
        (likelihoods(), "no continuation"),
        (TokenLogLikelihoods(values=(-1.0, -2.5)), "2 tokens, log-likelihood \u22123.5"),
        (Embedding((0.0, 1.0)), "a vector of 2 numbers"),
        (
            TokenGradients(label="good", score=-0.5, tokens=()),
            "gradients of good at 0 tokens, log-probability \N{MINUS SIGN}0.5",
        ),
        (
            AttentionMaps(tokens=(), reader="first", n_layers=6),
            "attention of 6 layers to 0 tokens",
        ),
        (
            Decomposition(
                method="linear",
                labels=("bad", "good"),
                unit="score",
                background="",
                base=(0.0, 0.0),
                absent=(0.0, 0.0),
                total=(-1.0, 1.0),
                features=(Feature(name="fine", places=((0, 4),), values=(-1.0, 1.0)),),
            ),
            "1 features that speak of bad, good",
        ),
    ],
)
def test_every_kind_of_output_is_told_as_text(output: Output, expected: str) -> None:
    assert output_text(output, SAMPLE) == expected


def test_anchors_are_stable_and_differ_by_suite_and_model() -> None:
    rows = [
        sample_row(replace(RECORD, suite=suite, model=model), max_characters=9)
        for suite, model in (("a", "b"), ("a", "b"), ("b", "a"), ("a", "c"))
    ]
    assert rows[0].anchor == rows[1].anchor
    assert len({row.anchor for row in rows}) == 3


@pytest.mark.parametrize("text", HOSTILE[:-1])
def test_hostile_text_can_be_encoded(text: str) -> None:
    row = sample_row(record(Generation(text=text, finish_reason="stop")), max_characters=999)
    row.answer.text.encode("utf-8")
