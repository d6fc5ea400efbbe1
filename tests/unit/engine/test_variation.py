"""What a repeat varies, and what it must leave alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
from fakes.attacks import CountingSession, LabelledTexts, WordByWord
from fakes.toy_models import ToyAdapter
from fakes.toy_suite import ToySuite, ToyTask

from harness.adapters.python import PythonAdapter
from harness.adapters.sklearn import SklearnAdapter
from harness.adapters.transformers import TransformersAdapter
from harness.core.abilities import DrivenTask, NotingTask, RemarkingTask
from harness.core.capability import Capability
from harness.core.estimate import Estimate
from harness.core.figure import Figure
from harness.core.ports import Task
from harness.core.request import AskAgain, Classify, Generate, Payload, QuestionGroup, Request
from harness.core.response import Exchange, Generation, Output, Response
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness.engine.attacked_task import AttackedTask
from harness.engine.execute import WINDOW
from harness.engine.variation import (
    Variation,
    batch_options,
    is_drawn,
    variation_of,
    with_options,
)
from harness.engine.varied_task import VariedTask, varied
from harness.suites.determinism import DeterminismSuite

VARIATION = Variation(order_seed=3, generation_seed=77, batch_factor=0.5)


@dataclass(frozen=True, slots=True)
class _Asking(ToyTask):
    """The toy task with a payload of one's own."""

    payload: Payload = Generate(prompt="x", seed=5)  # noqa: RUF009 - frozen

    def ask(self, sample: Sample, capability: Capability) -> Payload:
        del sample, capability
        return self.payload

    def read(self, sample: Sample, output: Output) -> Output | Unscored:
        return Unscored("unread") if sample.index else output

    def figures(self, estimates: Sequence[Estimate]) -> tuple[Figure, ...]:
        raise NotImplementedError(len(estimates))


def task(n: int) -> ToyTask:
    return ToyTask(ToySuite(n=n), n)


def order(varied: Task) -> list[int]:
    return [sample.index for sample in varied.samples()]


def test_the_first_repeat_is_the_spec_itself() -> None:
    assert variation_of(0, 0) is None


def test_every_further_repeat_has_seeds_of_its_own() -> None:
    varied = [variation_of(repeat, seed) for seed in (0, 1) for repeat in range(1, 6)]

    drawn = {v.order_seed for v in varied if v} | {v.generation_seed for v in varied if v}
    assert len(drawn) == 20
    assert varied == [variation_of(repeat, seed) for seed in (0, 1) for repeat in range(1, 6)]
    assert [v.batch_factor for v in varied[:5] if v] == [0.5, 2.0, 0.25, 1.0, 0.5]


@pytest.mark.parametrize("n", [2, 3, 50])
def test_the_order_changes_and_nothing_else(n: int) -> None:
    plain = task(n)
    varied = VariedTask(plain, VARIATION)

    assert order(varied) != list(range(n))
    assert sorted(varied.samples(), key=lambda s: s.index) == list(plain.samples())
    assert order(varied) == order(VariedTask(plain, VARIATION))
    assert (varied.n_samples, varied.data_hash) == (plain.n_samples, plain.data_hash)
    assert (varied.metrics, varied.corpus_metrics) == (plain.metrics, plain.corpus_metrics)


def test_two_samples_always_change_places() -> None:
    for seed in range(20):
        variation = Variation(order_seed=seed, generation_seed=0, batch_factor=1.0)
        assert order(VariedTask(task(2), variation)) == [1, 0]


def test_samples_stay_within_their_window() -> None:
    n = 2 * WINDOW + 5
    found = order(VariedTask(task(n), VARIATION))

    windows = [found[start : start + WINDOW] for start in range(0, n, WINDOW)]
    assert [min(window) for window in windows] == [0, WINDOW, 2 * WINDOW]
    assert [len(window) for window in windows] == [WINDOW, WINDOW, 5]
    assert all(sorted(own) == list(range(min(own), max(own) + 1)) for own in windows)
    # No two windows are shuffled alike.
    assert [place - WINDOW for place in windows[1]] != windows[0]


def test_only_questions_that_draw_get_another_seed() -> None:
    drawing = Generate(prompt="x", temperature=0.7, seed=5)
    greedy = Generate(prompt="x", seed=5)
    for payload, seed in ((drawing, 5 + 77), (greedy, 5)):
        varied = VariedTask(_Asking(ToySuite(), 2, payload=payload), VARIATION)
        asked = varied.ask(Sample(id="a", index=0, text="x"), Capability.GENERATES)
        assert isinstance(asked, Generate)
        assert asked.seed == seed

    classify = Classify(text="x")
    varied = VariedTask(_Asking(ToySuite(), 2, payload=classify), VARIATION)
    assert varied.ask(Sample(id="a", index=0, text="x"), Capability.CLASSIFIES) is classify


def test_questions_of_a_group_keep_their_seeds_apart() -> None:
    group = QuestionGroup(
        tuple(Generate(prompt="x", temperature=0.7, seed=i) for i in (2**31 - 1, 0))
    )
    again = AskAgain(question=group.questions[1], circumstance="again")
    for payload, seeds in ((group, [76, 77]), (again, [77])):
        plain = _Asking(ToySuite(), 2, payload=payload)
        asked = VariedTask(plain, VARIATION).ask(
            Sample(id="a", index=0, text="x"), Capability.GENERATES
        )
        questions = asked.questions if isinstance(asked, QuestionGroup) else [asked.question]  # type: ignore[union-attr]
        assert [question.seed for question in questions] == seeds  # type: ignore[union-attr]
        assert is_drawn(plain, Capability.GENERATES)


def test_a_task_that_drives_is_driven_and_asks_anew() -> None:
    texts = {f"good good {word}": "good" for word in ("one", "two", "three", "four")}
    plain = AttackedTask(task=LabelledTexts(texts), attack=WordByWord(), seed=0)
    first, second = CountingSession(), CountingSession()

    def outcomes(task: Task, session: CountingSession) -> dict[str, object]:
        assert isinstance(task, DrivenTask)
        driven = task.drive(task.samples(), session, Capability.CLASSIFIES, lambda _: None)
        return {sample.id: answer for sample, answer in driven}

    found = outcomes(plain, first)
    repeated = varied(plain, VARIATION)
    assert outcomes(repeated, second) == found
    assert second.asked == first.asked, "nothing is taken from the run before"
    assert second.calls != first.calls
    assert sorted(map(sorted, second.calls)) == sorted(map(sorted, first.calls))

    assert isinstance(repeated, NotingTask)
    sample = next(repeated.samples())
    repeated.note_answer(
        "counting", sample, Response(output=Generation(text="x", finish_reason="stop"))
    )
    assert list(plain.outcomes.of("counting")) == [sample.id]
    assert isinstance(repeated, RemarkingTask)
    assert not isinstance(varied(task(3), VARIATION), DrivenTask)


def test_a_task_that_drives_gets_other_seeds() -> None:
    asked: list[Payload] = []

    class Session(CountingSession):
        def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
            asked.extend(request.payload for request in requests)
            return super().respond(requests)

    suite = DeterminismSuite(temperature=0.5, alone=0)
    plain = suite.prepare(limit=3, seed=5)
    repeated = varied(plain, VARIATION)
    driven = repeated.drive(repeated.samples(), Session(), Capability.GENERATES, [].append)  # type: ignore[attr-defined]
    assert len(list(driven)) == 6
    assert {payload.seed for payload in asked if isinstance(payload, Generate)} == {82}
    assert repeated.metrics_for(Capability.GENERATES) == plain.metrics_for(Capability.GENERATES)
    assert is_drawn(plain, Capability.GENERATES)


def test_reading_and_charts_are_the_tasks_own() -> None:
    varied = VariedTask(_Asking(ToySuite(), 2), VARIATION)
    output = Generation(text="x", finish_reason="stop")

    assert varied.read(Sample(id="a", index=0, text="x"), output) is output
    assert varied.read(Sample(id="b", index=1, text="x"), output) == Unscored("unread")
    with pytest.raises(NotImplementedError):
        varied.figures([])


def test_a_suite_draws_where_its_temperature_says_so() -> None:
    drawing = _Asking(ToySuite(), 2, payload=Generate(prompt="x", temperature=0.1))
    nobody = _Asking(ToySuite(), 0, payload=Generate(prompt="x", temperature=0.1))

    assert is_drawn(drawing, Capability.GENERATES)
    assert not is_drawn(_Asking(ToySuite(), 2), Capability.GENERATES)
    assert not is_drawn(nobody, Capability.GENERATES)


PYTHON = PythonAdapter(target="a:b", batch=True, batch_size=10)


@pytest.mark.parametrize(
    ("adapter", "factor", "options"),
    [
        (PYTHON, 0.5, {"batch_size": 5}),
        (PYTHON, 2.0, {"batch_size": 20}),
        (PYTHON, 1.0, {}),
        (PythonAdapter(target="a:b", batch_size=10), 0.5, {}),  # is called question by question
        (SklearnAdapter(path="m.skops"), 0.25, {"batch_size": 256}),
        (SklearnAdapter(path="m.skops", batch_size=1), 0.25, {"batch_size": 2}),
        (TransformersAdapter(path="m"), 0.5, {"max_batch_tokens": 2048}),
        (ToyAdapter(), 0.5, {}),
        (object(), 0.5, {}),
    ],
)
def test_batches_are_resized_where_there_are_any(
    adapter: object, factor: float, options: dict[str, int]
) -> None:
    assert batch_options(adapter, factor) == options


def test_an_adapter_keeps_its_other_options() -> None:
    adapter = SklearnAdapter(path="m.skops", batch_size=10)

    assert with_options(adapter, {}) is adapter
    assert with_options(adapter, {"batch_size": 5}) == SklearnAdapter(path="m.skops", batch_size=5)


def test_a_run_says_how_it_was_varied() -> None:
    assert "seed 3;" in VARIATION.sentence
    assert "greater by 77;" in VARIATION.sentence
    assert "0.5 times" in VARIATION.sentence
