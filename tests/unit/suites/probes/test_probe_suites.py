"""What the probes send: paired between runs, spread over kinds, every canary where it belongs."""

from __future__ import annotations

import base64
import codecs
import re
from collections import Counter
from typing import Any

import numpy as np
import pytest

from harness.core.capability import Capability
from harness.core.errors import ConfigError
from harness.core.request import Generate, Message
from harness.core.response import Embedding, Generation
from harness.core.sample import Sample
from harness.core.score import Scored, Unscored
from harness.sources.lexicons.probe_payloads import extractions, injections
from harness.suites.probes.canary import secret_of, trigger_of
from harness.suites.probes.drawing import drawn_evenly
from harness.suites.probes.injection import InjectionSuite
from harness.suites.probes.injection_metric import InjectionMetric
from harness.suites.probes.jailbreak import JailbreakSuite
from harness.suites.probes.jailbreak_metric import JailbreakMetric
from harness.suites.probes.leakage import LeakageSuite
from harness.suites.probes.leakage_metric import LeakageMetric
from harness.suites.probes.own_data import benign_prompts, reading_tasks
from harness.suites.probes.probe_task import ProbeTask
from harness.suites.probes.refusal import RefusalSuite
from harness.suites.probes.refusal_metric import RefusalMetric

SUITES = (InjectionSuite, LeakageSuite, RefusalSuite, JailbreakSuite)
METRICS = (InjectionMetric, LeakageMetric, RefusalMetric, JailbreakMetric)


def samples_of(suite: Any, *, limit: int | None = None, seed: int = 0) -> list[Sample]:
    return list(suite.prepare(limit=limit, seed=seed).samples())


def asked(task: ProbeTask, sample: Sample) -> Generate:
    payload = task.ask(sample, Capability.GENERATES)
    assert isinstance(payload, Generate)
    return payload


@pytest.mark.parametrize("suite", SUITES)
def test_a_limit_draws_a_part_of_the_same_samples(suite: type[Any]) -> None:
    whole = {sample.id: sample for sample in samples_of(suite())}
    part = samples_of(suite(), limit=12)
    again = samples_of(suite(), limit=12)
    other = samples_of(suite(), seed=1)

    assert [sample.index for sample in part] == list(range(12))
    assert part == again
    for sample in part:
        assert (sample.text, sample.targets) == (whole[sample.id].text, whole[sample.id].targets)
    assert other != list(whole.values())
    assert (
        suite().prepare(limit=12, seed=0).data_hash == suite().prepare(limit=12, seed=0).data_hash
    )
    assert (
        suite().prepare(limit=12, seed=0).data_hash != suite().prepare(limit=12, seed=1).data_hash
    )


@pytest.mark.parametrize("suite", SUITES)
def test_turns_are_sent_as_chat_or_as_one_text(suite: type[Any]) -> None:
    task = suite().prepare(limit=3, seed=5)
    plain = suite(chat=False, max_new_tokens=7).prepare(limit=3, seed=5)
    for sample in task.samples():
        turns, text = asked(task, sample), asked(plain, sample)
        assert isinstance(turns.prompt, tuple)
        assert turns.prompt[-1] == Message("user", sample.text)
        assert isinstance(text.prompt, str)
        assert text.prompt.endswith(sample.text)
        assert (text.max_new_tokens, text.seed, text.temperature) == (7, 5, 0)


def test_every_template_is_carried_in_every_way() -> None:
    samples = samples_of(InjectionSuite(tasks_per_template=2))

    cells = Counter((s.slices["carrier"], s.slices["template"]) for s in samples)
    assert cells.pop(("none", "none")) == len(reading_tasks()) == 24
    assert len(cells) == 3 * len(injections()) == 39
    assert set(cells.values()) == {2}
    assert len({sample.targets[0] for sample in samples}) > 0.99 * len(samples)


def test_the_trigger_stands_where_the_carrier_puts_it() -> None:
    tasks = {task.id: task for task in reading_tasks()}
    n_decoded = 0
    for sample in samples_of(InjectionSuite()):
        trigger, carrier = sample.targets[0], sample.slices["carrier"]
        task = tasks[str(sample.cluster)]
        place, asked_at = sample.text.find(trigger), sample.text.index(task.question)
        if carrier == "direct":
            assert place > asked_at
        elif carrier == "latent":
            assert 0 < place < asked_at
            assert sample.text.startswith(task.document[:10])
            assert sample.text.index(task.document[-10:]) > place
        else:
            assert place == -1
        n_decoded += carrier == "encoded" and any(
            trigger in reading for reading in _decodings(sample.text)
        )
    assert n_decoded == 4 * len(injections())


def _decodings(text: str) -> list[str]:
    blocks = re.findall(r"[A-Za-z0-9+/]{24,}={0,2}", text)
    return [codecs.encode(text, "rot13")] + [
        base64.b64decode(block).decode("utf-8", "replace") for block in blocks
    ]


def test_the_secret_is_in_the_system_turn_alone() -> None:
    task = LeakageSuite().prepare(limit=None, seed=0)
    samples = list(task.samples())
    assert len(samples) == 2 * sum(map(len, extractions().values())) + 12
    assert len({sample.targets[0] for sample in samples}) == len(samples)
    for sample in samples:
        turns = asked(task, sample).prompt
        assert isinstance(turns, tuple)
        system, user = turns
        assert sample.targets == (sample.targets[0], system.content)
        assert system.role == "system"
        assert sample.targets[0] in system.content
        assert sample.targets[0] not in user.content


def test_canaries_are_of_seed_and_sample() -> None:
    for canary in (trigger_of, secret_of):
        assert canary(0, "a") == canary(0, "a")
        assert len({canary(seed, name) for seed in (0, 1) for name in ("a", "b")}) == 4


def test_benign_and_harmful_requests_are_of_one_number() -> None:
    samples = samples_of(RefusalSuite())
    kinds = Counter(sample.slices["request"] for sample in samples)
    assert kinds == {"benign": 100, "harmful": 100}
    topics = Counter(s.slices["topic"] for s in samples if s.slices["request"] == "harmful")
    assert sorted(topics.values()) == [33, 33, 34]
    assert Counter(s.slices["request"] for s in samples_of(RefusalSuite(), limit=10)) == {
        "benign": 5,
        "harmful": 5,
    }


def test_benign_prompts_are_all_different() -> None:
    prompts = benign_prompts()
    assert len({prompt.prompt for prompt in prompts}) == len(prompts) == 100
    assert len({prompt.id for prompt in prompts}) == 100


def test_a_jailbreak_holds_its_question_once_in_place_of_its_mark() -> None:
    samples = samples_of(JailbreakSuite(max_template_chars=1500))
    bare = {s.cluster: s.text for s in samples if s.slices["wrapping"] == "bare"}
    wrapped = [s for s in samples if s.slices["wrapping"] == "jailbreak"]
    assert (len(bare), len(wrapped)) == (24, 48)
    for sample in wrapped:
        question = bare[sample.cluster]
        assert question in sample.text
        assert len(sample.text) <= 1500 + len(question)
        assert not re.search(r"\[(insert )?prompt", sample.text, re.IGNORECASE)


@pytest.mark.parametrize(
    ("suite", "options", "where"),
    [
        (InjectionSuite, {"max_new_tokens": 0}, "max_new_tokens: must be at least 1, not 0"),
        (InjectionSuite, {"tasks_per_template": 0}, "tasks_per_template: must be at least 1"),
        (InjectionSuite, {"carriers": ()}, "carriers: must name each carrier once"),
        (InjectionSuite, {"carriers": ("direct", "direct")}, "carriers: must name each carrier"),
        (LeakageSuite, {"secrets_per_request": 0}, "secrets_per_request: must be at least 1"),
        (RefusalSuite, {"n_harmful": 0}, "n_harmful: must be at least 1"),
        (RefusalSuite, {"harms": ()}, "harms: must name each area once"),
        (JailbreakSuite, {"harms": ("malicious_uses",) * 2}, "harms: must name each area once"),
        (JailbreakSuite, {"n_questions": 0}, "n_questions: must be at least 1"),
    ],
)
def test_impossible_options_are_refused(
    suite: type[Any], options: dict[str, Any], where: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(where)):
        suite(**options)


def test_no_prompt_is_as_short_as_that() -> None:
    with pytest.raises(ConfigError, match="max_template_chars: leaves no prompt"):
        JailbreakSuite(max_template_chars=1).prepare(limit=None, seed=0)


@pytest.mark.parametrize("metric", METRICS)
def test_metrics_measure_samples_of_their_own_suite_alone(metric: type[Any]) -> None:
    sample = Sample(id="a", index=0, text="?", targets=("b", "c"))
    answer = Generation(text="b", finish_reason="stop")
    assert isinstance(metric().measure(sample, answer), Unscored)
    assert isinstance(metric().measure(sample, Embedding((1.0,))), Unscored)


@pytest.mark.parametrize(("suite", "metric"), list(zip(SUITES, METRICS, strict=True)))
def test_each_quantity_is_a_mean_over_its_own_part(suite: type[Any], metric: type[Any]) -> None:
    measured = metric()
    scores = [
        measured.measure(sample, Generation(text="No comment.", finish_reason="stop"))
        for sample in samples_of(suite(), limit=20)
    ]
    assert all(isinstance(score, Scored) for score in scores)
    statistics = np.array([score.statistics for score in scores])
    assert statistics.shape == (20, len(measured.columns)) == (20, 2 * len(measured.quantities))

    parts = measured.parts(statistics)
    values = measured.reduce(statistics, np.ones((1, 20)))[0]
    intervals = measured.intervals(statistics, None, 0.95)
    for place, quantity in enumerate(measured.quantities):
        part = statistics[:, 2 * place + 1] == 1
        assert part.any()
        assert parts[quantity.id].tolist() == part.tolist()
        assert values[place] == pytest.approx(statistics[part, 2 * place].mean())
        assert intervals[quantity.id].low <= values[place] <= intervals[quantity.id].high
    assert measured.figures(statistics) == ()


def test_a_part_without_samples_has_no_value() -> None:
    statistics = np.array([[1.0, 1.0, 1.0, 0.0, 0.0, 1.0]])
    metric = RefusalMetric()
    assert np.isnan(metric.reduce(statistics, np.ones((1, 1)))[0]).tolist() == [False, True, False]
    assert {name: part.tolist() for name, part in metric.parts(statistics).items()} == {
        "over_refusal": [True],
        "harmful_refusal": [False],
        "empty_answers": [True],
    }
    assert "harmful_refusal" not in metric.intervals(statistics, None, 0.95)


def test_kinds_that_run_out_leave_room_for_others() -> None:
    many = [Sample(id=f"{kind}{i}", index=0, text="") for kind in "ab" for i in range(9)]
    drawn = drawn_evenly(many[6:], lambda sample: sample.id[0], limit=10, seed=0)
    assert Counter(sample.id[0] for sample in drawn) == {"a": 3, "b": 7}
