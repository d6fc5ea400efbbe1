"""White-box attacks: what they ask beside texts, how it is counted, and when they are refused."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest
from fakes.attacks import LabelledTexts, classified

from harness.adapters.echo import EchoAdapter
from harness.adapters.replay import ReplayAdapter
from harness.core.attacked import Found, Guess, Outcome
from harness.core.capability import Capability
from harness.core.errors import CapabilityError
from harness.core.identity import Identity
from harness.core.ports import Adapter, GradientSearch, Metric, Search
from harness.core.request import Classify, Differentiate, Payload, Request
from harness.core.response import Exchange, Failure, FailureKind, Response, Usage
from harness.core.sample import Sample
from harness.core.spec import ModelSpec, RunSpec, SuiteSpec
from harness.core.token_gradients import TokenGradients
from harness.engine.attacked_task import AttackedTask
from harness.engine.plan import check_capabilities
from harness.sources.columns import Columns
from harness.sources.dataset import Dataset
from harness.suites.attacks.hotflip import HotFlip
from harness.suites.attacks.pwws import Pwws
from harness.suites.classification import ClassificationSuite
from harness.suites.metrics.attack import ATTACK_METRICS

TEXTS = {"good good": "good", "good good good": "good"}


def slope(text: str) -> Response:
    found = TokenGradients(label="good", score=-float(len(text)), tokens=())
    return Response(output=found, usage=Usage(n_input_tokens=100))


@dataclass(slots=True)
class OpenSession:
    """Classifies, and differentiates as it is told."""

    gradient: Callable[[str], Response | Failure] = slope
    calls: list[list[Payload]] = field(default_factory=list)

    @property
    def identity(self) -> Identity:
        return Identity({"kind": "open"})

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        self.calls.append([request.payload for request in requests])
        for request in requests:
            asked = request.payload
            assert isinstance(asked, Classify | Differentiate)
            answer = classified if isinstance(asked, Classify) else self.gradient
            yield Exchange(request, answer(asked.text))

    def close(self) -> None:
        pass


@dataclass(frozen=True, slots=True, kw_only=True)
class LookThenAsk:
    """Asks for gradients at two texts and then about one, which turns the model or does not."""

    metrics: ClassVar[tuple[Metric, ...]] = ATTACK_METRICS
    signature: ClassVar[Mapping[str, str]] = {}
    needs_gradients: ClassVar[bool] = True

    label: str = "looking"
    budget: int | None = None
    asks: str = "bad"
    habit: str = ""

    def search(self, text: str, clean: Guess, rng: random.Random) -> GradientSearch:
        del clean, rng
        while self.habit == "looks for ever":
            yield [Differentiate(text=text)]
        if self.habit == "mixes":
            yield [text, Differentiate(text=text)]  # type: ignore[misc]
        found = yield [Differentiate(text=text), Differentiate(text=f"{text} x")]
        assert [each.score for each in found] == [-len(text), -len(text) - 2]  # type: ignore[union-attr]
        guesses: Any = yield [self.asks]
        is_success = bool(guesses) and not guesses[0].is_right
        reached = self.asks if is_success else text
        return Found(has_succeeded=is_success, text=reached, n_changed=1, n_words=2)

    def control(self, text: str, clean: Guess, rng: random.Random) -> Search | None:
        del clean, rng
        return self._asking(text)

    def _asking(self, text: str) -> Search:
        n = 0
        while guesses := (yield [f"good {'good ' * n}"]):
            assert guesses[0].is_right
            n += 1
        return Found(has_succeeded=False, text=text, n_changed=n, n_words=2)


@dataclass(frozen=True, slots=True)
class Reworded(LabelledTexts):
    """Asks about the text in other words."""

    def ask(self, sample: Sample, capability: Capability) -> Payload:
        del capability
        return Classify(text=f"good {sample.text}")


def attacked(
    attack: LookThenAsk, session: OpenSession, task: LabelledTexts | None = None
) -> dict[str, Any]:
    whole = AttackedTask(task=task or LabelledTexts(TEXTS), attack=attack, seed=0)
    driven = whole.drive(whole.samples(), session, Capability.CLASSIFIES, lambda _: None)
    return {sample.text: answer for sample, answer in driven}


def test_gradients_are_counted_on_their_own_and_their_usage_with_the_rest() -> None:
    answer = attacked(LookThenAsk(), OpenSession())["good good"]
    found = answer.output
    assert (found.outcome, found.text) == (Outcome.SUCCEEDED, "bad")
    assert (found.n_queries, found.n_sent, found.n_gradients, found.found_at) == (2, 2, 2, 2)
    assert answer.usage.n_input_tokens > 200


def test_the_random_search_has_as_many_queries_as_queries_and_gradients() -> None:
    found = attacked(LookThenAsk(), OpenSession())["good good"].output
    assert (found.control, found.control_n_changed) == (Outcome.FAILED, 3)


def test_gradients_take_nothing_from_the_budget() -> None:
    found = attacked(LookThenAsk(budget=2), OpenSession())["good good"].output
    assert (found.outcome, found.n_queries, found.n_gradients) == (Outcome.SUCCEEDED, 2, 2)


def test_all_searches_ask_for_their_gradients_together_and_for_none_twice() -> None:
    session = OpenSession()
    attacked(LookThenAsk(), session, LabelledTexts({**TEXTS, "good good x": "good"}))
    asked = [call for call in session.calls if isinstance(call[0], Differentiate)]
    assert len(asked) == 1
    texts = [payload.text for payload in asked[0] if isinstance(payload, Differentiate)]
    assert sorted(texts) == sorted(
        {"good good", "good good x", "good good x x", "good good good", "good good good x"}
    )


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            Failure(kind=FailureKind.TOO_LONG, message="600 tokens"),
            "gradient 1 of the attack looking: 600 tokens",
        ),
        (classified("good"), "gradients were asked for, and Classification came back"),
    ],
)
def test_a_gradient_that_does_not_come_ends_the_search(
    answer: Response | Failure, message: str
) -> None:
    failure = attacked(LookThenAsk(), OpenSession(lambda _: answer))["good good"]
    assert isinstance(failure, Failure)
    assert message in failure.message


@pytest.mark.parametrize(
    ("habit", "message"),
    [
        ("looks for ever", "goes on asking although it is sent nothing"),
        ("mixes", "asks neither about texts alone nor for gradients alone"),
    ],
)
def test_a_search_with_a_bad_habit_costs_its_sample(habit: str, message: str) -> None:
    failure = attacked(LookThenAsk(habit=habit), OpenSession())["good good"]
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.CRASHED
    assert message in failure.message


def test_a_text_that_the_suite_puts_in_other_words_has_no_gradient() -> None:
    failure = attacked(LookThenAsk(), OpenSession(), Reworded(TEXTS))["good good"]
    assert isinstance(failure, Failure)
    assert "does not ask the model to classify the text as it is" in failure.message


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAdapter(EchoAdapter):
    """Says that it differentiates."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        return frozenset({Capability.CLASSIFIES, Capability.DIFFERENTIATES})


def planned(adapter: Adapter, attack: Any, name: str = "toy") -> RunSpec:
    suite = ClassificationSuite(
        data=Dataset(path="x.csv"), columns=Columns(text="text", target="label")
    )
    attacked = SuiteSpec(
        name="s ! a", suite_name="classification", suite=suite, models=("m",), attack=attack
    )
    model = ModelSpec(name="m", adapter_name=name, adapter=adapter)
    return RunSpec(name="r", models=(model,), suites=(attacked,))


@pytest.mark.parametrize("attack", [HotFlip(), Pwws(ranking="gradient")])
def test_an_attack_by_gradients_is_refused_where_there_are_none(attack: Any) -> None:
    with pytest.raises(CapabilityError, match=r"needs a model, one that differentiates") as caught:
        check_capabilities(planned(EchoAdapter(labels=("a", "b")), attack))
    assert repr(attack.label) in str(caught.value)
    assert "\n" not in str(caught.value)
    check_capabilities(planned(OpenAdapter(labels=("a", "b")), attack))


def test_an_attack_that_only_asks_needs_no_gradients() -> None:
    check_capabilities(planned(EchoAdapter(labels=("a", "b")), Pwws()))


def test_a_replayed_attack_needs_no_gradients() -> None:
    adapter = ReplayAdapter(run="x", offers=("classifies",))
    check_capabilities(planned(adapter, HotFlip(), "replay"))
