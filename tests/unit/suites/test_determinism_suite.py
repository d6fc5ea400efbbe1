"""The suite that asks again, on sessions whose answers depend on their company in known ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest

from harness.core.abilities import Answer
from harness.core.capability import Capability
from harness.core.errors import AdapterError, ConfigError
from harness.core.identity import Identity
from harness.core.request import (
    AskAgain,
    Classify,
    Embed,
    Generate,
    LogLikelihood,
    Request,
    RollingLogLikelihood,
)
from harness.core.response import (
    AnswerGroup,
    Classification,
    ContinuationScore,
    Embedding,
    Exchange,
    Failure,
    FailureKind,
    Generation,
    LogLikelihoods,
    Output,
    Response,
    SingleAnswer,
    TokenLogLikelihoods,
)
from harness.core.sample import Sample
from harness.core.score import Scored, Unscored
from harness.suites.determinism import DeterminismSuite
from harness.suites.determinism.agreement_metric import AgreementMetric
from harness.suites.determinism.difference_metric import DifferenceMetric
from harness.suites.determinism.prediction_metric import PredictionMetric
from harness.suites.determinism.task import DeterminismTask
from harness.suites.determinism.text_metric import TextMetric

TAIL = ", and were answered the other time"
SAMPLE = Sample(id="a", index=0, text="x", slices={"pass": "again"})
Reply = Callable[[Request, Sequence[Request]], SingleAnswer | Failure]


class Talker:
    """Answers by the request and all that came with it, and keeps what came together."""

    def __init__(self, reply: Reply) -> None:
        self.identity = Identity({"name": "talker"})
        self.calls: list[list[Request]] = []
        self._reply = reply

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        self.calls.append(list(requests))
        for request in reversed(requests):
            found = self._reply(request, requests)
            answer = found if isinstance(found, Failure) else Response(output=found)
            yield Exchange(request, answer)

    def close(self) -> None:
        pass


def text(words: str) -> Generation:
    return Generation(text=words, finish_reason="stop")


def driven(
    task: DeterminismTask, session: Talker, capability: Capability = Capability.GENERATES
) -> dict[str, Answer]:
    samples = list(task.samples())
    pairs = list(task.drive(samples, session, capability, lambda _: None))
    assert sorted(sample.id for sample, _ in pairs) == sorted(sample.id for sample in samples)
    return {sample.id: answer for sample, answer in pairs}


def by_company(request: Request, together: Sequence[Request]) -> Generation:
    return text(f"{request.id} among {len(together)}")


def pair(first: SingleAnswer, other: SingleAnswer) -> AnswerGroup:
    return AnswerGroup((first, other))


def test_each_question_is_a_sample_for_each_pass() -> None:
    task = DeterminismSuite(alone=3).prepare(limit=10, seed=0)
    samples = list(task.samples())

    assert task.n_samples == len(samples) == 10 + 10 + 3
    assert [sample.index for sample in samples] == list(range(23))
    assert len({sample.id for sample in samples}) == 23
    assert len({sample.cluster for sample in samples}) == 10
    assert {sample.slices["pass"] for sample in samples} == {"again", "company", "alone"}


def test_all_own_questions_are_asked_without_a_limit() -> None:
    task = DeterminismSuite(alone=0).prepare(limit=None, seed=0)
    assert task.n_samples == 2 * 124
    assert task.data_hash != DeterminismSuite(alone=1).prepare(limit=None, seed=0).data_hash


def test_a_single_question_has_no_other_company() -> None:
    task = DeterminismSuite().prepare(limit=1, seed=0)
    assert [sample.slices["pass"] for sample in task.samples()] == ["again", "alone"]


def test_passes_differ_in_company_and_order_and_in_nothing_else() -> None:
    task = DeterminismSuite(alone=2, parts=3).prepare(limit=10, seed=5)
    session = Talker(by_company)
    driven(task, session)

    first, again, *rest = session.calls
    parts, alone = rest[:3], rest[3:]
    assert first == again
    assert sorted(len(part) for part in parts) == [3, 3, 4]
    dealt = [request for part in parts for request in part]
    assert dealt != first
    assert sorted(dealt, key=str) == sorted(first, key=str)
    assert [len(call) for call in alone] == [1, 1]


def test_an_answer_that_depends_on_its_company_is_another_in_other_company_only() -> None:
    task = DeterminismSuite(alone=2).prepare(limit=10, seed=0)
    answers = driven(task, Talker(by_company))

    same = {
        name
        for name, answer in answers.items()
        if AgreementMetric().measure(SAMPLE, output_of(answer)) == Scored((1.0,))
    }
    assert same == {name for name in answers if name.endswith(" again")}


def output_of(answer: Answer) -> Output:
    assert isinstance(answer, Response)
    return answer.output


def test_a_failure_names_its_pass_and_is_counted_by_it() -> None:
    task = DeterminismSuite(alone=2).prepare(limit=4, seed=0)

    def reply(request: Request, together: Sequence[Request]) -> SingleAnswer | Failure:
        if len(together) == 1:
            return Failure(kind=FailureKind.TIMEOUT, message="too slow")
        return by_company(request, together)

    # Four questions in three parts: two of these parts are one question alone.
    answers = driven(task, Talker(reply))
    failed = {name: answer for name, answer in answers.items() if isinstance(answer, Failure)}
    assert {answer.kind for answer in failed.values()} == {FailureKind.TIMEOUT}
    assert {answer.message for answer in failed.values()} == {
        "alone: too slow",
        "in another order and company: too slow",
    }
    assert task.remarks() == (
        "2 of 4 questions failed in another order and company",
        f"2 of 4 questions failed either in the first pass or in another order and company{TAIL}",
        "2 of 2 questions failed alone",
        f"2 of 2 questions failed either in the first pass or alone{TAIL}",
    )
    assert task.remarks() == ()  # told once, and not of the next model


def test_a_failure_of_the_first_pass_leaves_nothing_to_compare_with() -> None:
    task = DeterminismSuite(alone=0).prepare(limit=3, seed=0)
    n_calls = [0]

    def reply(request: Request, together: Sequence[Request]) -> SingleAnswer | Failure:
        n_calls[0] += 1
        if n_calls[0] == 1:
            return Failure(kind=FailureKind.SERVER_ERROR, message="HTTP 500")
        return text(f"{request.id} {len(together) > 0}")

    answers = driven(task, Talker(reply))
    failed = [answer for answer in answers.values() if isinstance(answer, Failure)]
    assert [answer.message for answer in failed] == ["in the first pass: HTTP 500"] * 2
    assert "1 of 3 questions failed in the first pass" in task.remarks()


def test_a_question_that_the_adapter_forgets_is_a_failure() -> None:
    class Forgetful(Talker):
        def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
            yield from list(super().respond(requests))[1:]

    task = DeterminismSuite(alone=0).prepare(limit=3, seed=0)
    answers = driven(task, Forgetful(by_company))
    assert FailureKind.PROTOCOL in {a.kind for a in answers.values() if isinstance(a, Failure)}


def test_an_answer_that_nobody_asked_for_ends_the_run() -> None:
    class Confused(Talker):
        def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
            yield Exchange(Request("stranger", requests[0].payload), Response(output=text("x")))

    task = DeterminismSuite().prepare(limit=3, seed=0)
    with pytest.raises(AdapterError, match="stranger"):
        driven(task, Confused(by_company))


def test_what_is_no_answer_to_a_question_is_a_failure() -> None:
    task = DeterminismSuite(alone=0).prepare(limit=2, seed=0)
    answers = driven(task, Talker(lambda *_: pair(text("a"), text("b"))))  # type: ignore[arg-type]
    assert all(
        isinstance(answer, Failure) and "AnswerGroup" in answer.message
        for answer in answers.values()
    )


def test_open_samples_of_a_resumed_run_are_answered_whatever_else_is_done() -> None:
    task = DeterminismSuite(alone=4).prepare(limit=8, seed=0)
    still_open = [sample for sample in task.samples() if sample.index % 3 == 0]
    pairs = list(task.drive(still_open, Talker(by_company), Capability.GENERATES, lambda _: None))
    assert [s.id for s, _ in sorted(pairs, key=lambda p: p[0].index)] == [s.id for s in still_open]
    assert list(task.drive([], Talker(by_company), Capability.GENERATES, lambda _: None)) == []


@pytest.mark.parametrize(
    ("capability", "kinds"),
    [
        (Capability.GENERATES, {Generate}),
        (Capability.CLASSIFIES, {Classify}),
        (Capability.EMBEDS, {Embed}),
        (Capability.SCORES, {LogLikelihood, RollingLogLikelihood}),
    ],
)
def test_every_capability_has_its_form(capability: Capability, kinds: set[type]) -> None:
    task = DeterminismSuite(temperature=0.5).prepare(limit=None, seed=7)
    asked = [task.ask(sample, capability) for sample in task.samples()]
    assert all(isinstance(payload, AskAgain) for payload in asked)
    assert {type(payload.question) for payload in asked} == kinds
    drawn = [p.question for p in asked if isinstance(p.question, Generate)]
    assert all((each.temperature, each.seed) == (0.5, 7) for each in drawn)


def test_metrics_fit_the_kind_of_answer() -> None:
    task = DeterminismSuite().prepare(limit=None, seed=0)
    named = {each: [m.name for m in task.metrics_for(each)] for each in DeterminismSuite.needs}
    assert named == {
        Capability.GENERATES: ["determinism", "determinism_text"],
        Capability.CLASSIFIES: [
            "determinism",
            "determinism_prediction",
            "determinism_difference",
        ],
        Capability.SCORES: ["determinism", "determinism_prediction", "determinism_difference"],
        Capability.EMBEDS: ["determinism", "determinism_difference"],
    }


def test_the_option_ask_decides_what_is_needed() -> None:
    assert DeterminismSuite(ask="embeds").needs == (Capability.EMBEDS,)
    assert set(DeterminismSuite().needs) == set(Capability) - {
        Capability.FITS,
        Capability.FILLS,
        Capability.DIFFERENTIATES,
        Capability.ATTENDS,
        Capability.DECOMPOSES,
    }


def test_drawing_is_told() -> None:
    task = DeterminismSuite(temperature=0.7).prepare(limit=2, seed=3)
    (told,) = task.remarks()
    assert "temperature 0.7" in told
    assert "seed 3" in told


@pytest.mark.parametrize(
    "options",
    [
        {"alone": -1},
        {"parts": 1},
        {"max_new_tokens": 0},
        {"temperature": -0.1},
    ],
)
def test_impossible_options_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=next(iter(options))):
        DeterminismSuite(**options)  # type: ignore[arg-type]


def classified(*scores: float) -> Classification:
    return Classification(labels=("no", "yes"), scores=scores, is_probability=True)


def likely(*values: float) -> LogLikelihoods:
    return LogLikelihoods(tuple(ContinuationScore(v, 1, is_greedy=False) for v in values))


@pytest.mark.parametrize(
    ("first", "other", "identical", "changed", "difference"),
    [
        (classified(0.4, 0.6), classified(0.4, 0.6), 1.0, (0.0, 1.0), 0.0),
        (classified(0.4, 0.6), classified(0.45, 0.55), 0.0, (0.0, 1.0), 0.05),
        (classified(0.4, 0.6), classified(0.6, 0.4), 0.0, (1.0, 1.0), 0.2),
        (likely(-1.0, -2.0), likely(-2.0, -1.5), 0.0, (1.0, 1.0), 1.0),
        (likely(-1.0), likely(-1.25), 0.0, (0.0, 0.0), 0.25),
        (likely(float("-inf"), -1.0), likely(float("-inf"), -1.0), 1.0, (0.0, 1.0), 0.0),
        (Embedding((0.0, 1.0)), Embedding((0.5, 1.0)), 0.0, (0.0, 0.0), 0.5),
        (
            TokenLogLikelihoods(values=(-1.0, -2.0)),
            TokenLogLikelihoods(values=(-1.0, -2.125)),
            0.0,
            (0.0, 0.0),
            0.125,
        ),
    ],
)
def test_two_answers_of_numbers(
    first: SingleAnswer,
    other: SingleAnswer,
    identical: float,
    changed: tuple[float, float],
    difference: float,
) -> None:
    both = pair(first, other)
    assert AgreementMetric().measure(SAMPLE, both) == Scored((identical,))
    assert PredictionMetric().measure(SAMPLE, both) == Scored(changed)
    found = DifferenceMetric().measure(SAMPLE, both)
    assert isinstance(found, Scored)
    assert found.statistics == pytest.approx((difference,))


@pytest.mark.parametrize(
    ("first", "other", "expected"),
    [
        ("a good film", "a good film", (1.0, 11.0, 0.0)),
        ("a good film", "a great film", (3 / 12, 3.0, 1.0)),
        ("a good film", "a good", (6 / 11, 6.0, 1.0)),
        ("", "", (1.0, 0.0, 0.0)),
        ("", "x", (0.0, 0.0, 1.0)),
    ],
)
def test_two_texts(first: str, other: str, expected: tuple[float, float, float]) -> None:
    share, n_shared, is_other = expected
    assert TextMetric().measure(SAMPLE, pair(text(first), text(other))) == Scored(
        (share, 1.0, n_shared, is_other)
    )


@pytest.mark.parametrize(
    "both",
    [
        text("alone"),
        AnswerGroup((text("a"),)),
        pair(text("a"), Embedding((1.0,))),
    ],
)
def test_what_is_no_pair_has_no_score(both: Output) -> None:
    for metric in (AgreementMetric(), PredictionMetric(), DifferenceMetric(), TextMetric()):
        assert isinstance(metric.measure(SAMPLE, both), Unscored)


@pytest.mark.parametrize(
    "other",
    [
        Classification(labels=("no", "maybe"), scores=(0.4, 0.6), is_probability=True),
        classified(0.4, float("inf")),
        classified(0.4, float("nan")),
    ],
)
def test_numbers_that_have_no_difference_are_unscored(other: Classification) -> None:
    assert isinstance(
        DifferenceMetric().measure(SAMPLE, pair(classified(0.4, 0.6), other)), Unscored
    )


def test_a_largest_value_has_no_interval_and_a_resample_none_of_it() -> None:
    statistics = np.array([[0.0], [0.5], [0.25]])
    metric = DifferenceMetric()
    found = metric.reduce(statistics, np.array([[1.0, 1.0, 1.0], [2.0, 0.0, 1.0]]))
    assert found[0].tolist() == pytest.approx([0.25, 0.5])
    assert found[1, 0] == pytest.approx(0.25 / 3)
    assert np.isnan(found[1, 1])
    assert set(metric.intervals(statistics, None, 0.95)) == {"mean_difference"}
    assert metric.intervals(np.zeros((5, 1)), None, 0.95) == {}


def test_characters_are_never_taken_for_shares() -> None:
    statistics = np.array([[0.0, 1.0, 0.0, 1.0], [0.5, 1.0, 1.0, 1.0], [1.0, 1.0, 9.0, 0.0]])
    found = TextMetric().intervals(statistics, None, 0.95)
    assert found["characters_before_parting"].method == "hall-t"
    equal = TextMetric().intervals(np.array([[1.0, 1.0, 9.0, 0.0]] * 3), None, 0.95)
    assert set(equal) == {"shared_prefix"}
