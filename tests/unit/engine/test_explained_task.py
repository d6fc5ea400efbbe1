"""What an explanation of a sample comes to, whoever else is explained at the same time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from fakes.attacks import LABELS, CountingSession, LabelledTexts, classified, failed, written
from fakes.explainers import Habit, LeaveOneOut

from harness.core.abilities import DrivenTask
from harness.core.capability import Capability
from harness.core.errors import DataError
from harness.core.explained import SHARES, Explained
from harness.core.explainer import Explainer
from harness.core.request import Classify, Differentiate, ExplainText, Request
from harness.core.response import (
    Classification,
    Exchange,
    Failure,
    FailureKind,
    Generation,
    Response,
    Usage,
)
from harness.core.score import Unscored
from harness.core.token_gradients import TokenGradient, TokenGradients
from harness.engine.explained_task import ExplainedTask
from harness.engine.explanation_pool import ExplanationCache
from harness.engine.pooled_drive import ROOM
from harness.suites.explanations.integrated_gradients import IntegratedGradients
from harness.suites.explanations.lime import Lime
from harness.suites.explanations.occlusion import Occlusion


class Inside(CountingSession):
    """Answers what it is asked about its inside with scores."""

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        for request in requests:
            assert isinstance(request.payload, Classify | Differentiate)
            yield Exchange(request, classified(request.payload.text))


class Sloping(CountingSession):
    """Misses the difference of scores by half with fewer than 40 points on a path."""

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        for request in requests:
            asked = request.payload
            if not isinstance(asked, Differentiate):
                yield from super().respond([request])
                continue
            whole = 4.0 if asked.n_steps >= 40 else 2.0
            token = TokenGradient(
                text="x", start=0, end=1, norm=1.0, times_input=1.0, integrated=whole
            )
            output = TokenGradients(
                label="bad", score=-1.0, tokens=(token,), baseline_score=-5.0, n_steps=asked.n_steps
            )
            yield Exchange(request, Response(output=output))


THREE, TWO, MIXED = "good good good", "good good", "x y good"
TEXTS = {THREE: "good", TWO: "good", MIXED: "good"}


def explained(
    explainer: Explainer | None = None,
    texts: Mapping[str, str] = TEXTS,
    session: CountingSession | None = None,
    capability: Capability = Capability.CLASSIFIES,
    **options: Any,
) -> dict[str, Any]:
    """Return by text what each sample came to: an explanation, or a failure."""
    task = ExplainedTask(
        task=LabelledTexts(texts),
        explainer=explainer or LeaveOneOut(),
        **{"seed": 0, "n_explained": 50, **options},
    )
    driven = task.drive(task.samples(), session or CountingSession(), capability, lambda _: None)
    return {
        sample.text: answer.output if isinstance(answer, Response) else answer
        for sample, answer in driven
    }


def test_a_step_of_many_texts_is_told_before_they_are_asked_about() -> None:
    notes: list[str] = []
    task = ExplainedTask(
        task=LabelledTexts(TEXTS), explainer=Lime(n_samples=2000), seed=0, n_explained=50
    )
    list(task.drive(task.samples(), CountingSession(), Capability.CLASSIFIES, notes.append))
    expected = "step 3: 3 explanations under way, 6,000 texts to ask about"
    assert notes == [expected, expected.replace("3:", "4:")]


def test_values_trials_and_what_they_took() -> None:
    session = CountingSession()
    found = explained(texts={MIXED: "good"}, session=session)[MIXED]
    assert found.outputs == ("bad", "good")
    assert (found.chosen, found.unit) == (0, "probability")
    assert found.whole == pytest.approx((2 / 3, 1 / 3))
    assert found.blank == (1.0, 0.0)
    assert found.spans == ((0, 1), (2, 3), (4, 8))
    values = [row[0] for row in found.attribution.values]
    assert values == pytest.approx([0, 0, -1 / 3])
    # Of three words the first 1, 5, 10 and 20 % are one word, and the first half are two.
    assert found.trial.without == pytest.approx([2 / 3] * 5)
    assert found.trial.alone == pytest.approx([1.0] * 5)
    assert found.trial.is_turned == (False,) * 5
    assert found.trial.is_kept == (True,) * 5
    assert len(found.random) == 5
    assert found.infidelity == pytest.approx(0.0)
    assert found.again is None
    assert (found.n_queries, found.n_audit_queries) == (2 + 6, 6 * 2 * len(SHARES) + 21)
    assert found.n_sent == 1 + 1 + 3
    assert found.n_sent + found.n_audit_sent == len(session.asked) == session.asked.total()


def test_the_whole_response_tells_what_it_took() -> None:
    task = ExplainedTask(
        task=LabelledTexts({TWO: "good"}), explainer=LeaveOneOut(), seed=0, n_explained=9
    )
    session = CountingSession()
    driven = task.drive(task.samples(), session, Capability.CLASSIFIES, lambda _: None)
    ((_, answer),) = driven
    assert isinstance(answer, Response)
    assert answer.usage == Usage(n_input_tokens=2 * len(session.asked))


def test_no_neighbour_has_a_part_in_an_explanation() -> None:
    alone = {text: explained(texts={text: "good"}, n_explained=1)[text] for text in TEXTS}
    room = replace(ROOM, most=1)
    costless: Any = {"n_sent": 0, "n_audit_sent": 0}
    for found in (explained(), explained(room=room)):
        for text in TEXTS:
            own = alone[text]
            # The random ranks are drawn by the sample's id, which hangs on its place here.
            other = replace(found[text], random=own.random, infidelity=own.infidelity, **costless)
            assert other == replace(own, **costless)


def test_one_method_asks_nothing_that_another_has_asked() -> None:
    session, cache = CountingSession(), ExplanationCache()
    first = explained(session=session, cache=cache)
    n_asked = session.asked.total()
    second = explained(LeaveOneOut(habit="draws"), session=session, cache=cache)
    assert session.asked.total() == n_asked
    for text in TEXTS:
        assert second[text].random == first[text].random
        assert (second[text].n_sent, second[text].n_audit_sent) == (0, 0)
        assert second[text].again.values != second[text].attribution.values
        assert second[text].n_audit_queries > first[text].n_audit_queries


def test_random_ranks_are_drawn_with_the_seed_and_the_sample() -> None:
    texts = {"good x good y good z w v": "good", "good x good y good z w u": "good"}
    first, second = explained(texts=texts).values()
    assert first.random != second.random
    (other, _) = explained(texts=texts, seed=1).values()
    assert other.random != first.random


def test_a_draw_of_the_samples() -> None:
    texts = {f"good {i}": "good" for i in range(30)}
    found = list(explained(texts=texts, n_explained=7))
    assert len(found) == 7
    assert found == [text for text in texts if text in found]
    assert set(explained(texts=texts, n_explained=7, seed=1)) != set(found)


def test_a_task_that_drives_its_model_and_keeps_the_order() -> None:
    task = ExplainedTask(task=LabelledTexts(TEXTS), explainer=LeaveOneOut(), seed=3, n_explained=2)
    assert isinstance(task, DrivenTask)
    assert task.n_samples == 2
    (sample, _) = task.samples()
    asked = task.ask(sample, Capability.CLASSIFIES)
    assert isinstance(asked, ExplainText)
    assert (asked.text, asked.explainer) == (sample.text, "leave one out")
    assert task.data_hash != replace(task, n_explained=3).data_hash
    assert task.data_hash != replace(task, seed=4).data_hash
    generation = Generation(text="x", finish_reason="stop")
    assert isinstance(task.read(sample, generation), Unscored)


def test_points_of_paths_are_counted_with_their_ends() -> None:
    found = explained(IntegratedGradients(), {MIXED: "good"}, Sloping())[MIXED]
    assert found.n_gradients == 3
    assert found.n_points == 18 + 34 + 66
    assert found.attribution.values[0] == (4.0,)


@pytest.mark.parametrize(
    ("habit", "kind", "message"),
    [
        ("crashes", "crashed", "the method leave one out broke down: "),
        ("cannot explain it", "protocol", "it has no gradient"),
        ("asks with numbers", "crashed", "asks with something else than (m, 2) masks"),
        ("asks with masks of another text", "crashed", "asks with something else than (m, 2)"),
        ("asks in words", "crashed", "asks neither with masks nor about the model's inside"),
        ("looks inside", "protocol", "gradients were asked for, and Classification came back"),
        ("never ends", "crashed", "goes on asking about nothing"),
        ("returns nothing", "crashed", "it returns NoneType, not Attribution"),
        ("returns too few values", "crashed", "returns values that do not fit parts and outputs"),
        ("returns no number", "crashed", "returns a value that is no finite number"),
        ("explains the other output", "crashed", "does not explain the output that the model"),
    ],
)
def test_a_defect_costs_the_sample_that_it_shows_on(habit: Habit, kind: str, message: str) -> None:
    session = Inside()
    found = explained(
        LeaveOneOut(habit=habit, over="good good"), {TWO: "good", MIXED: "good"}, session
    )
    assert isinstance(found[TWO], Failure)
    assert found[TWO].kind == kind
    assert message in found[TWO].message
    assert isinstance(found[MIXED], Explained)


def test_a_missing_word_list_is_no_affair_of_one_sample() -> None:
    with pytest.raises(DataError, match="are not here"):
        explained(LeaveOneOut(habit="lacks its word list"))


def test_a_text_without_words_has_nothing_to_mask() -> None:
    found = explained(texts={"...": "good", TWO: "good"})
    assert found["..."].kind is FailureKind.UNDISTURBED
    assert isinstance(found[TWO], Explained)


def test_signs_are_no_words_though_they_are_a_part() -> None:
    occlusion = Occlusion()
    assert occlusion.parts("!!!")
    found = explained(occlusion, {"!!!": "good", "“!": "good", "ok!": "good"})
    assert {found[text].kind for text in ("!!!", "“!")} == {FailureKind.UNDISTURBED}
    assert isinstance(found["ok!"], Explained)


def test_a_masked_text_that_has_no_answer() -> None:
    session = CountingSession(
        answer=lambda text: failed(text) if text == "_ good" else classified(text)
    )
    found = explained(session=session)
    assert found[TWO].kind is FailureKind.TOO_LONG
    assert "a masked text of the method leave one out: '_ good' is too long" in found[TWO].message
    assert isinstance(found[THREE], Explained)


def test_a_text_as_it_stands_that_has_no_answer() -> None:
    session = CountingSession(answer=failed)
    found = explained(session=session)
    assert all(one.message.startswith("the text as it stands: ") for one in found.values())


def test_a_model_that_writes_labels_gives_each_answer_to_one() -> None:
    def answer(text: str) -> Response:
        return written("good" if "good good" in text else "hm" if "_" in text else "bad")

    found = explained(session=CountingSession(answer=answer), capability=Capability.GENERATES)
    assert found[TWO].whole == (0.0, 1.0)
    assert found[TWO].blank == (0.0, 0.0)
    assert found[TWO].attribution.values == ((0.0, 1.0),) * 2
    assert found[TWO].trial.is_turned == (True,) * 5
    assert found[TWO].n_unreadable > 5
    assert found[MIXED].outputs[found[MIXED].chosen] == "bad"


@pytest.mark.parametrize("p_good", [0.0, 1.0])
def test_a_choice_between_equal_outputs_is_the_label_that_the_answer_is_read_as(
    p_good: float,
) -> None:
    def classification(text: str) -> Classification:
        p = p_good if text == THREE else 0.5
        return Classification(labels=LABELS, scores=(1 - p, p), is_probability=True)

    session = CountingSession(answer=lambda text: Response(output=classification(text)))
    found = explained(texts={THREE: "good"}, session=session)[THREE]

    is_same = classification("a masked text").label == found.outputs[found.chosen]
    for trial in (found.trial, *found.random):
        assert trial.is_turned == (not is_same,) * 5
        assert trial.is_kept == (is_same,) * 5


def test_a_model_whose_labels_change() -> None:
    def answer(text: str) -> Response:
        names = ("bad", "good") if "_" not in text else ("good", "bad")
        scores = (0.75, 0.25) if "_" not in text else (0.4, 0.6)
        return Response(output=Classification(labels=names, scores=scores, is_probability=True))

    found = explained(session=CountingSession(answer=answer), texts={TWO: "good"})
    assert found[TWO].blank == (0.6, 0.4)

    def other(text: str) -> Response:
        names = ("bad", "good") if "_" not in text else ("bad", "fair")
        return Response(output=Classification(labels=names, scores=(0.5, 0.5), is_probability=True))

    found = explained(session=CountingSession(answer=other), texts={TWO: "good"})
    assert "scores of other labels" in found[TWO].message
