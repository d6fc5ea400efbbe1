"""What an attack comes to on a sample, whoever else is attacked at the same time."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from fakes.attacks import (
    CountingSession,
    LabelledTexts,
    WordByWord,
    classified,
    failed,
    written,
)

from harness.core.abilities import DrivenTask
from harness.core.attacked import Attacked, Found, Guess, Outcome
from harness.core.capability import Capability
from harness.core.errors import DataError
from harness.core.ports import Attack, Search
from harness.core.request import AttackText
from harness.core.response import Failure, FailureKind, Generation, Response, Usage
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness.engine.attacked_task import AttackedTask
from harness.engine.guess_cache import GuessCache
from harness.engine.pooled_drive import ROOM
from harness.suites.attacks.random_swaps import RandomAttack

FOUR, TWO, WRONG, FIRM = "good good good good", "good good", "x y good", "x x"
TEXTS = {FOUR: "good", TWO: "good", WRONG: "good", FIRM: "bad"}


def silent(text: str) -> None:
    del text


def attacked(
    attack: Attack | None = None,
    texts: Mapping[str, str] = TEXTS,
    session: CountingSession | None = None,
    capability: Capability = Capability.CLASSIFIES,
    **options: Any,
) -> dict[str, Any]:
    """Return by text what each sample came to: an outcome, or a failure."""
    task = AttackedTask(
        task=LabelledTexts(texts), attack=attack or WordByWord(), **{"seed": 0, **options}
    )
    driven = task.drive(task.samples(), session or CountingSession(), capability, silent)
    return {
        sample.text: answer.output if isinstance(answer, Response) else answer
        for sample, answer in driven
    }


class Untargeted(LabelledTexts):
    """One without right answers."""

    def samples(self) -> Iterator[Sample]:
        return (replace(sample, targets=()) for sample in super().samples())


def test_without_a_right_answer_nothing_is_attacked_and_nothing_said_to_have_stood() -> None:
    session = CountingSession()
    task = AttackedTask(task=Untargeted(TEXTS), attack=WordByWord(), seed=0)
    driven = task.drive(task.samples(), session, Capability.CLASSIFIES, silent)
    failures = [answer for _, answer in driven]
    assert len(failures) == len(TEXTS)
    for failure in failures:
        assert isinstance(failure, Failure)
        assert failure.kind is FailureKind.UNDISTURBED
        assert failure.message.startswith("there is no right answer that the attack ")
    assert not session.asked


class Closed(LabelledTexts):
    """One of whose texts nothing may change."""

    def samples(self) -> Iterator[Sample]:
        return (replace(sample, open_spans=()) for sample in super().samples())


def test_where_nothing_of_a_text_may_change_the_model_has_not_stood() -> None:
    task = AttackedTask(task=Closed({FOUR: "good", WRONG: "good"}), attack=WordByWord(), seed=0)
    driven = task.drive(task.samples(), CountingSession(), Capability.CLASSIFIES, silent)
    found = {sample.text: answer for sample, answer in driven}
    failure = found[FOUR]
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.UNDISTURBED
    assert isinstance(found[WRONG], Response), "it is wrong about that as it stands"
    whole = AttackedTask(task=LabelledTexts({FOUR: "good"}), attack=WordByWord(), seed=0)
    assert task.data_hash != whole.data_hash
    orders = [next(iter(each.samples())) for each in (task, whole)]
    asked = [task.ask(one, Capability.CLASSIFIES).version for one in orders]
    assert asked[0] != asked[1]


def test_an_attack_without_a_change_to_make_has_failed_and_not_the_model_stood() -> None:
    session = CountingSession()
    attack = RandomAttack()  # leaves words whose letters are all the same
    texts = {"xx": "bad", "yy 1": "bad", "yy": "good", "good good ab": "good"}
    task = AttackedTask(task=LabelledTexts(texts), attack=attack, seed=0)
    found = {}
    for sample, answer in task.drive(task.samples(), session, Capability.CLASSIFIES, silent):
        task.note_answer(session.identity.fingerprint, sample, answer)
        found[sample.text] = answer
    for text in ("xx", "yy 1"):
        failure = found[text]
        assert isinstance(failure, Failure)
        assert failure.kind is FailureKind.UNDISTURBED
        assert failure.message == "the attack random knows no change of this text"
        assert session.asked[text] == 1
    skipped, searched = found["yy"], found["good good ab"]
    assert isinstance(skipped, Response)
    assert isinstance(searched, Response)
    assert isinstance(skipped.output, Attacked)
    assert skipped.output.outcome is Outcome.SKIPPED
    (told,) = task.remarks()
    assert told == (
        "random could change nothing in 2 of 3 texts that the model was right about; those are"
        " failures: no rate counts them, and accuracies here are lower for it"
    )
    assert not task.remarks()


def test_a_success_with_what_it_took() -> None:
    assert attacked()[FOUR] == Attacked(
        outcome=Outcome.SUCCEEDED,
        text="x x good good",
        label="bad",
        p_right=0.5,
        clean_label="good",
        clean_p_right=1.0,
        n_words=4,
        n_changed=2,
        n_queries=5,
        n_sent=5,
        found_at=4,
        control=Outcome.FAILED,
        control_text=FOUR,
    )


def test_a_sample_that_the_model_is_wrong_about_is_skipped() -> None:
    assert attacked()[WRONG] == Attacked(
        outcome=Outcome.SKIPPED,
        text=WRONG,
        label="bad",
        p_right=1 / 3,
        clean_label="bad",
        clean_p_right=1 / 3,
        n_words=0,
        n_changed=0,
        n_queries=1,
        n_sent=1,
    )


def test_repetitions_are_counted_as_queries_and_not_sent() -> None:
    firm = attacked()[FIRM]
    assert firm.outcome is Outcome.FAILED
    assert (firm.text, firm.label, firm.p_right) == (FIRM, "bad", 1.0)
    assert (firm.n_queries, firm.n_sent, firm.found_at) == (5, 2, 0)


def test_no_text_is_sent_twice_and_each_step_is_one_call() -> None:
    session = CountingSession()
    attacked(session=session)
    assert max(session.asked.values()) == 1
    assert session.calls[0] == sorted(TEXTS, key=len)
    assert len(session.calls) <= 10


def test_a_control_is_told_of_as_the_search_is() -> None:
    two = attacked()[TWO]
    assert (two.outcome, two.control) == (Outcome.SUCCEEDED, Outcome.SUCCEEDED)
    assert (two.found_at, two.control_found_at) == (2, 2)
    assert two.control_text.split().count("good") == 1
    assert attacked(WordByWord(has_control=False))[TWO].control is None


def test_a_control_may_ask_as_often_as_the_search_has_and_is_not_counted_to_it() -> None:
    session = CountingSession()
    found = attacked(texts={FOUR: "good"}, session=session)[FOUR]
    assert (found.n_queries, found.n_sent) == (5, 5)
    assert 5 < session.asked.total() <= 9


@pytest.mark.parametrize(
    ("budget", "n_queries", "outcome"),
    [(2, 2, Outcome.FAILED), (3, 3, Outcome.FAILED), (4, 4, Outcome.SUCCEEDED)],
)
def test_a_budget_counts_the_clean_text_and_cuts_lists(
    budget: int, n_queries: int, outcome: Outcome
) -> None:
    found = attacked(WordByWord(budget=budget))[FOUR]
    assert (found.n_queries, found.outcome) == (n_queries, outcome)
    nearest = {2: ("x good good good", 0.75), 3: ("x good good good x", 0.6)}
    if budget in nearest:
        assert (found.text, found.p_right) == nearest[budget]


OUTCOMES = [
    field
    for field in Attacked.__dataclass_fields__
    if field != "n_sent"  # tells who was first, not what came out
]


def words_of(rng: random.Random) -> dict[str, str]:
    texts = {
        " ".join(rng.choices(["good", "fine", "dull"], k=rng.randint(2, 9))) for _ in range(60)
    }
    return {text: rng.choice(["good", "bad"]) for text in sorted(texts)}


@pytest.mark.parametrize("attack", [WordByWord(), RandomAttack(budget=30)])
@pytest.mark.parametrize("seed", range(4))
def test_nobody_else_has_a_part_in_an_outcome(attack: Attack, seed: int) -> None:
    rng = random.Random(seed)
    texts = words_of(rng)
    names = {text: f"id of {text}" for text in texts}

    def come_to(order: list[str], **options: Any) -> dict[str, list[Any]]:
        task = AttackedTask(
            task=LabelledTexts({t: texts[t] for t in order}, [names[t] for t in order]),
            attack=attack,
            seed=7,
            **options,
        )
        session = CountingSession(order=rng.choice(["as asked", "shuffled"]))
        driven = task.drive(task.samples(), session, Capability.CLASSIFIES, silent)
        return {
            sample.id: [getattr(answer.output, name) for name in OUTCOMES]  # type: ignore[union-attr]
            for sample, answer in driven
        }

    order = list(texts)
    whole = come_to(order)
    assert len(whole) == len(texts)
    rng.shuffle(order)
    assert come_to(order, room=replace(ROOM, most=3)) == whole
    assert come_to(order, room=replace(ROOM, most_weight=5000.0)) == whole
    cache = GuessCache()
    come_to(order[:20], cache=cache)
    assert come_to(order, cache=cache) == whole
    some = come_to(order[:7])
    assert some == {name: whole[name] for name in some}


def test_another_seed_draws_others() -> None:
    texts = words_of(random.Random(1))
    drawn = [attacked(RandomAttack(), texts, seed=seed) for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]


def test_attacks_on_one_suite_share_what_they_know() -> None:
    cache = GuessCache()
    session = CountingSession()
    attacked(session=session, cache=cache)
    n_sent = session.asked.total()
    again = attacked(session=session, cache=cache)
    assert session.asked.total() == n_sent
    assert {each.n_sent for each in again.values()} == {0}


@pytest.mark.parametrize(
    ("habit", "message"),
    [
        ("crashes", r"the attack word by word broke down: .*ZeroDivisionError: at once"),
        ("claims what is not so", "claims a success that the model's answer does not bear out"),
        ("returns what it never asked", "returns a text that it never asked about"),
        ("returns nothing", "it returns NoneType, not Found"),
        ("asks with a text", "it asks with one text, not with a list of them"),
    ],
)
def test_a_search_that_cannot_be_believed_is_a_failure(habit: Any, message: str) -> None:
    failure = attacked(WordByWord(habit=habit))[FIRM]
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.CRASHED
    assert re.search(message, failure.message)


def test_a_search_that_asks_for_ever_is_ended_once_its_budget_is_used_up() -> None:
    failure = attacked(WordByWord(habit="never ends", budget=20))[FIRM]
    assert isinstance(failure, Failure)
    assert "goes on asking although it is sent nothing" in failure.message


def test_a_crash_costs_its_own_sample_alone() -> None:
    texts = {"good good": "good", "good good crash": "good"}
    found = attacked(WordByWord(habit="crashes", over="crash"), texts)
    assert found["good good"].outcome is Outcome.SUCCEEDED
    assert isinstance(found["good good crash"], Failure)


def test_missing_word_lists_end_the_suite() -> None:
    with pytest.raises(DataError, match="words: are not here"):
        attacked(WordByWord(habit="lacks its word list"))


def test_a_query_without_an_answer_makes_the_sample_a_failure() -> None:
    def answer(text: str) -> Response | Failure:
        return failed(text) if text == "x x good good x" else classified(text)

    found = attacked(session=CountingSession(answer=answer))
    failure = found[FOUR]
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.TOO_LONG
    assert failure.message.startswith("query 5 of the attack word by word: 'x x good good x'")
    assert found[TWO].outcome is Outcome.SUCCEEDED


def test_no_answer_to_the_text_as_it_stands_is_a_failure() -> None:
    failure = attacked(session=CountingSession(answer=failed))[TWO]
    assert failure == replace(failed(TWO), message=f"the text as it stands: {failed(TWO).message}")


def test_a_failed_query_of_the_control_is_told_as_such() -> None:
    def answer(text: str) -> Response | Failure:
        return failed(text) if "xx" in text else classified(text)

    failure = attacked(texts={FOUR: "good"}, session=CountingSession(answer=answer))[FOUR]
    assert isinstance(failure, Failure)
    assert "of the random search beside word by word" in failure.message


def wordy(text: str) -> Response:
    """Write a label, but of texts with three ``x`` nothing that could be read."""
    n = text.split().count("x")
    return written("perhaps" if n >= 3 else "bad" if n == 2 and "!" not in text else "good")


@pytest.mark.parametrize(
    ("text", "outcome", "n_unreadable"),
    [
        ("good good", Outcome.SUCCEEDED, 0),
        ("good ! good !", Outcome.UNDECIDED, 5),
        ("good ! !", Outcome.UNDECIDED, 3),
    ],
)
def test_an_unreadable_answer_is_neither_a_success_nor_a_proof(
    text: str, outcome: Outcome, n_unreadable: int
) -> None:
    session = CountingSession(answer=wordy)
    found = attacked(WordByWord(has_control=False), {text: "good"}, session, Capability.GENERATES)[
        text
    ]
    assert (found.outcome, found.n_unreadable) == (outcome, n_unreadable)
    assert found.clean_p_right == 1.0
    if outcome is not Outcome.SUCCEEDED:
        assert (found.text, found.p_right) == (text, 1.0)


def test_an_unreadable_answer_to_the_clean_text_is_a_failure() -> None:
    session = CountingSession(answer=lambda _: written("perhaps"))
    failure = attacked(session=session, capability=Capability.GENERATES)[TWO]
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.PROTOCOL
    assert failure.message == (
        "no label can be read from the answer to the text as it stands: 'perhaps' names no label"
    )


class Keeping(WordByWord):
    """Succeeds where the model stays right about a text without its first letter."""

    keeps_label = True

    def search(self, text: str, clean: Guess, rng: random.Random) -> Search:
        del clean, rng
        (guess,) = yield [text[1:]]
        return Found(has_succeeded=guess.is_right, text=text[1:], n_changed=1, n_words=2)


def test_an_attack_may_succeed_while_the_model_stays_right() -> None:
    attack = Keeping(has_control=False)
    assert attacked(attack)[FIRM].outcome is Outcome.SUCCEEDED
    session = CountingSession(answer=lambda text: written("good" if text == TWO else "perhaps"))
    found = attacked(attack, {TWO: "good"}, session, Capability.GENERATES)[TWO]
    assert found.outcome is Outcome.UNDECIDED


def test_what_all_queries_took_is_added_up() -> None:
    task = AttackedTask(task=LabelledTexts({TWO: "good"}), attack=WordByWord(), seed=0)
    session = CountingSession()
    ((_, answer),) = task.drive(task.samples(), session, Capability.CLASSIFIES, silent)
    assert isinstance(answer, Response)
    n_tokens = sum(len(text.split()) for text in session.asked)
    assert answer.usage == Usage(n_input_tokens=n_tokens)


def test_progress_is_told_now_and_then() -> None:
    notes: list[str] = []
    texts = {" ".join(["x"] * 60): "bad"}
    task = AttackedTask(task=LabelledTexts(texts), attack=WordByWord(), seed=0)
    list(task.drive(task.samples(), CountingSession(), Capability.CLASSIFIES, notes.append))
    assert notes[0].startswith("step 25: 1 searches under way, 49 queries, ")


def test_the_order_to_attack_tells_one_attack_from_another() -> None:
    def task(attack: Attack, seed: int = 0) -> AttackedTask:
        return AttackedTask(task=LabelledTexts(TEXTS), attack=attack, seed=seed)

    tasks = [task(WordByWord()), task(WordByWord(budget=3)), task(WordByWord(), 1)]
    assert all(isinstance(each, DrivenTask) for each in tasks)
    (sample, *_) = tasks[0].samples()
    orders = {each.ask(sample, Capability.CLASSIFIES) for each in tasks}
    assert len(orders) == len({each.data_hash for each in tasks}) == 3
    assert {order.text for order in orders} == {sample.text}
    assert all(isinstance(order, AttackText) for order in orders)
    output = Generation(text="x", finish_reason="stop")
    assert isinstance(tasks[0].read(sample, output), Unscored)
