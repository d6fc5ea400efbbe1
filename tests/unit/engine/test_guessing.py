from __future__ import annotations

import math

import pytest
from fakes.attacks import CountingSession, LabelledTexts, classified, failed, written

from harness.core.attacked import Guess
from harness.core.capability import Capability
from harness.core.response import Classification, Embedding, Failure, FailureKind, Response
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness.engine.guess_cache import GuessCache, Guesses, Unreadable, key_of
from harness.engine.guessing import Guessing, Question, guess_of, reading_of

GOOD = Sample(id="g", index=0, text="good", targets=("good",))
BAD = Sample(id="b", index=1, text="bad", targets=("bad",))


def guessing(session: CountingSession, known: Guesses | None = None) -> Guessing:
    return Guessing(
        task=LabelledTexts({}),
        session=session,
        capability=Capability.CLASSIFIES,
        known=Guesses() if known is None else known,
    )


def test_texts_of_all_questions_are_sent_once_and_short_ones_first() -> None:
    session = CountingSession(order="shuffled")
    asking = guessing(session)
    first, second = asking.answer(
        [Question(GOOD, ["good x x", "good", "good"]), Question(GOOD, ["good", "good y"])]
    )
    assert session.calls == [["good", "good y", "good x x"]]
    right = Guess(label="good", is_right=True, p_right=1.0)
    assert first.readings == [Guess(label="bad", is_right=False, p_right=1 / 3), right, right]
    assert second.readings == [right, Guess(label="bad", is_right=False, p_right=0.5)]
    assert (first.n_sent, second.n_sent) == (2, 1)
    assert [sum(u.n_input_tokens or 0 for u in told.usages) for told in (first, second)] == [4, 2]


def test_what_is_known_is_not_sent_again() -> None:
    session = CountingSession()
    asking = guessing(session)
    asking.answer([Question(GOOD, ["good", "x"])])
    (told,) = asking.answer([Question(GOOD, ["x", "good", "y"])])
    assert session.calls[1:] == [["y"]]
    assert told.n_sent == 1
    asking.answer([Question(GOOD, ["x", "y"])])
    assert len(session.calls) == 2


def test_one_text_means_another_thing_where_another_label_is_right() -> None:
    asking = guessing(CountingSession())
    one, other = asking.answer([Question(GOOD, ["good x x x"]), Question(BAD, ["good x x x"])])
    assert one.readings == [Guess(label="bad", is_right=False, p_right=0.25)]
    assert other.readings == [Guess(label="bad", is_right=True, p_right=0.75)]


def test_a_failure_is_told_and_asked_again() -> None:
    session = CountingSession(answer=failed)
    asking = guessing(session)
    (told,) = asking.answer([Question(GOOD, ["x", "x"])])
    assert told.readings == [failed("x"), failed("x")]
    session.answer = classified
    (told,) = asking.answer([Question(GOOD, ["x"])])
    assert isinstance(told.readings[0], Guess)


def test_a_task_that_breaks_down_on_an_answer_costs_that_answer() -> None:
    asking = guessing(CountingSession(answer=lambda _: Response(output=Embedding((1.0,)))))
    (told,) = asking.answer([Question(GOOD, ["x"])])
    (reading,) = told.readings
    assert isinstance(reading, Failure)
    assert reading.kind is FailureKind.PROTOCOL
    assert "Embedding" in reading.message


def test_many_texts_are_sent_in_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.engine.asking.WINDOW", 4)
    session = CountingSession()
    (told,) = guessing(session).answer([Question(GOOD, [f"good {i}" for i in range(10)])])
    assert [len(call) for call in session.calls] == [4, 4, 2]
    assert len(told.readings) == 10


def test_only_a_written_answer_can_be_unreadable() -> None:
    reason = Unscored("names no label")
    output = written("perhaps").output
    assert reading_of(GOOD, output, reason) == Unreadable("names no label")
    scores = Classification(labels=("LABEL_0",), scores=(1.0,), is_probability=True)
    reading = reading_of(GOOD, scores, Unscored("write a label_map"))
    assert reading == Failure(kind=FailureKind.PROTOCOL, message="write a label_map")


@pytest.mark.parametrize(
    ("scores", "is_probability", "p_right"),
    [
        ((0.25, 0.75), True, 0.75),
        ((0.25, 0.75), False, 0.75),
        ((0.0, 1.0), False, 1.0),
        ((-1.0, 2.0), False, 1 / (1 + math.exp(-3.0))),
        ((700.0, 1400.0), False, 1.0),
    ],
)
def test_scores_become_shares_as_in_textattack(
    scores: tuple[float, ...], *, is_probability: bool, p_right: float
) -> None:
    read = Classification(labels=("bad", "good"), scores=scores, is_probability=is_probability)
    assert guess_of(GOOD, read).p_right == pytest.approx(p_right, abs=1e-15)


def test_the_right_label_may_be_one_that_the_model_does_not_know() -> None:
    read = Classification(labels=("bad",), scores=(1.0,), is_probability=True)
    assert guess_of(GOOD, read) == Guess(label="bad", is_right=False, p_right=0.0)


def test_guesses_are_kept_within_bounds_and_the_oldest_go_first() -> None:
    guesses = Guesses(most_characters=20_000)
    guess = Guess(label="good", is_right=True, p_right=1.0)
    keys = [key_of(GOOD, f"{i:0100d}") for i in range(100)]
    for key in keys:
        guesses.keep(key, guess)
    known = [guesses.get(key) is not None for key in keys]
    assert known == sorted(known)
    assert 10 <= sum(known) <= 40


def test_a_cache_knows_one_model_at_a_time() -> None:
    cache = GuessCache()
    first = cache.of("a")
    assert cache.of("a") is first
    assert cache.of("b") is not first
