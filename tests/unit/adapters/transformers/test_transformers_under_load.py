"""Tiny models under the latency suite, in this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.core.capability import Capability
from harness.core.load import Tier
from harness.core.profile import Profile
from harness.core.response import Response
from harness.core.score import Scored
from harness.suites.latency import LatencySuite
from harness.suites.latency.task import LatencyTask


@pytest.fixture(autouse=True)
def known_prompts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw the same prompts in every run: how many tokens drawn words come to is left to chance."""
    monkeypatch.setattr("harness.suites.latency.driving.secrets.token_hex", lambda n: "0" * 2 * n)


def task_of(**options: Any) -> LatencyTask:
    suite = LatencySuite(
        rounds=1,
        min_duration_s=0.0,
        requests=4,
        warm_up=3,
        input_tokens=(24,),
        output_tokens=(6,),
        **options,
    )
    return suite.prepare(limit=None, seed=0)


def profile(task: LatencyTask, session: Any, capability: Capability) -> Profile:
    ((_, answer),) = task.drive(task.samples(), session, capability, print)
    assert isinstance(answer, Response)
    assert isinstance(answer.output, Profile)
    return answer.output


@pytest.mark.parametrize("kind", ["llama", "gpt2"])
def test_a_decoder_is_timed_token_by_token(opened: Callable[..., Any], kind: str) -> None:
    task = task_of()
    told = profile(task, opened(kind).session, Capability.GENERATES)
    (point,) = told.points

    assert told.tier is Tier.IN_PROCESS
    assert [len(trace.token_ns) for trace in point.traces] == [6] * 4
    assert {trace.n_output_tokens for trace in point.traces} == {6}
    assert all(18 <= (trace.n_input_tokens or 0) <= 30 for trace in point.traces)
    assert {"n_parameters", "peak_flops", "peak_bytes_per_s"} <= set(told.facts)
    (sample,) = task.samples()
    measured = {
        metric.name.partition("@")[0]
        for metric in task.metrics
        if isinstance(metric.measure(sample, told), Scored)
    }
    names = ("ttft_p50", "tpot_p50", "itl_p50", "out_tps", "prefill_tps", "mbu", "mfu_prefill")
    assert {f"latency:{name}" for name in names} <= measured
    assert {"roofline", "latency_distribution"} <= {
        figure.kind for figure in task.draw([(sample, told)])
    }


@pytest.mark.parametrize(
    ("kind", "capability"),
    [("bert_classifier", Capability.CLASSIFIES), ("bert_encoder", Capability.EMBEDS)],
)
def test_classifiers_and_encoders_are_timed_by_batch(
    opened: Callable[..., Any], kind: str, capability: Capability
) -> None:
    one, three = profile(task_of(batch_sizes=(1, 3)), opened(kind).session, capability).points

    assert [trace.n_items for trace in three.traces] == [3] * 4
    assert all(trace.failure is None for trace in (*one.traces, *three.traces))
    assert all(3 * 18 <= (trace.n_input_tokens or 0) <= 3 * 30 for trace in three.traces)
