"""How a round is carried out, on a model whose clock is simulated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Self

import numpy as np
import pytest
from fakes.timed_model import TIMEOUT, TimedModel

from harness.adapters.echo import EchoAdapter
from harness.core.abilities import AdvisingTask, DrawnTask, DrivenTask, SuiteInRounds, TimedSession
from harness.core.capability import Capability
from harness.core.errors import AdapterError, ConfigError
from harness.core.load import Tier
from harness.core.ports import Session
from harness.core.profile import Profile
from harness.core.request import Generate
from harness.core.response import Classification, Exchange, Failure, FailureKind, Response
from harness.core.score import Scored, Unscored
from harness.core.time_outs import TimeOuts
from harness.suites.latency import LatencySuite, driving, timing
from harness.suites.latency.limits import Prices, Slo
from harness.suites.latency.task import LatencyTask


class Quiet:
    """A machine on which nothing happens."""

    def __init__(self, **settings: Any) -> None:
        self.tier = settings["tier"]
        self.server_port = settings["server_port"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def telemetry(self, since_ns: int) -> Any:
        from harness.core.profile import Telemetry

        return Telemetry(at_ns=(since_ns,), series={"cpu_mhz": (3000.0,), "rss_bytes": (1e9,)})

    def resources(self) -> tuple[dict[str, float], dict[str, str]]:
        names = ("mem_rss_peak", "mem_dev_used_peak", "energy_j")
        return dict.fromkeys(names, 7.0), dict.fromkeys(names, "test")

    def unstable(self) -> tuple[str, ...]:
        return ("somebody hummed",)


class NoMeter:
    meter = "there is no meter"


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "Watch", Quiet)
    monkeypatch.setattr(driving, "instruments", lambda _, **__: NoMeter)


def task_of(**options: Any) -> LatencyTask:
    settings: dict[str, Any] = {
        "rounds": 1,
        "min_duration_s": 0.0,
        "requests": 12,
        "output_tokens": (4,),
    }
    return LatencySuite(**(settings | options)).prepare(limit=None, seed=3)


def answer(
    session: Session, capability: Capability = Capability.GENERATES, **options: Any
) -> Response | Failure:
    task = task_of(**options)
    sample, found = next(task.drive(task.samples(), session, capability, print))
    assert sample.id == "round 1"
    return found


def profile(
    session: Session, capability: Capability = Capability.GENERATES, **options: Any
) -> Profile:
    found = answer(session, capability, **options)
    assert isinstance(found, Response)
    assert isinstance(found.output, Profile)
    return found.output


def test_the_doors_fit() -> None:
    assert isinstance(LatencySuite(), SuiteInRounds)
    assert isinstance(task_of(), DrivenTask)
    assert isinstance(task_of(), DrawnTask)
    assert isinstance(TimedModel(), TimedSession)


def test_prompts_come_to_the_wanted_length() -> None:
    (point,) = profile(TimedModel(), input_tokens=(129,)).points

    assert {trace.n_input_tokens for trace in point.traces} == {129}
    assert point.sources["n_in"] == "ids"


def test_all_prompts_of_a_round_are_different_and_answers_as_long_as_asked() -> None:
    model = TimedModel()
    profile(model, concurrency=(1, 2))

    payloads = [arrival.request.payload for arrival, _ in model.asked]
    assert all(isinstance(payload, Generate) for payload in payloads)
    prompts = {payload.prompt for payload in payloads if isinstance(payload, Generate)}
    assert len(prompts) == len(payloads)
    lengths = {(p.min_new_tokens, p.max_new_tokens) for p in payloads if isinstance(p, Generate)}
    assert lengths == {(4, 4)}


def test_the_first_request_is_kept_apart() -> None:
    told = profile(TimedModel(first_ms=5000))

    assert told.facts["first_generate_s"] > 5
    assert told.facts["round_trip_s"] == 0.0002
    assert told.facts["tokens_per_word"] == 2.0
    assert told.facts["n_fixed_tokens"] == 5.0
    assert all(trace.ended_ns - trace.sent_ns < 10**9 for trace in told.points[0].traces)
    assert told.tier is Tier.LOOPBACK


def test_a_watch_knows_the_port_of_a_server() -> None:
    served = TimedModel()
    assert task_of().watch(served).server_port is None  # it does not say
    vars(served)["server_port"] = 8080
    watch = task_of().watch(served)
    assert (watch.tier, watch.server_port) == (Tier.LOOPBACK, 8080)


def test_a_first_prompt_that_does_not_fit_is_halved() -> None:
    """With two tokens a word, 129 words are too many for a window of 200 tokens."""
    told = profile(_Narrow(), input_tokens=(129,))

    assert {trace.n_input_tokens for trace in told.points[0].traces} == {129}


class _Narrow(TimedModel):
    """Reads no more than 200 tokens."""

    def _trace(self, arrival: Any, sent_ms: float) -> Any:
        trace = super()._trace(arrival, sent_ms)
        is_long = (trace.n_input_tokens or 0) > 200
        failure = Failure(kind=FailureKind.TOO_LONG, message="does not fit")
        return replace(trace, failure=failure) if is_long else trace


def test_a_load_is_warmed_up_until_it_is_steady() -> None:
    steady, drifting = profile(TimedModel()).points[0], profile(TimedModel(drift_ms=60)).points[0]

    assert steady.n_warm_up == 3
    assert steady.unstable == ("somebody hummed",)
    assert drifting.n_warm_up == 10
    assert "the warm-up did not settle: after 10 waves" in drifting.unstable[0]
    cold = profile(TimedModel(drift_ms=60), warm_up=0).points[0]
    assert (cold.n_warm_up, cold.unstable) == (0, ("somebody hummed",))


def test_a_load_lasts_as_long_as_asked_and_a_tenth_longer() -> None:
    # An answer takes 129 ms for the prompt and three times 10 ms: 6.29 a second.
    closed = profile(TimedModel(), input_tokens=(129,), min_duration_s=10.0).points[0]
    assert len(closed.traces) == 70

    two = profile(TimedModel(), input_tokens=(129,), min_duration_s=10.0, concurrency=(2,))
    assert len(two.points[0].traces) == 139


@pytest.mark.parametrize(
    "model", [TimedModel(drift_ms=-0.2), TimedModel()], ids=["faster and faster", "steady"]
)
@pytest.mark.parametrize("options", [{}, {"warm_up": 0}, {"concurrency": (3,)}], ids=str)
def test_a_closed_loop_goes_on_until_its_time_is_up(
    model: TimedModel, options: dict[str, Any]
) -> None:
    model = replace(model, asked=[])
    (point,) = profile(model, input_tokens=(129,), min_duration_s=10.0, **options).points

    ordered = sorted(point.traces, key=lambda trace: trace.sent_ns)
    assert 10.0 <= max(trace.ended_ns for trace in ordered) / 1e9 < 14.0
    assert not point.breaches
    prompts = [str(arrival.request.payload) for arrival, _ in model.asked]
    assert len(set(prompts)) == len(prompts)
    assert all(trace.sent_ns < trace.chunk_ns[0] <= trace.ended_ns for trace in ordered)


@pytest.mark.parametrize("arrivals", ["constant", "poisson"])
@pytest.mark.parametrize("rounds", range(4))
def test_an_open_loop_lasts_until_its_time_is_up(arrivals: str, rounds: int) -> None:
    (point,) = profile(
        TimedModel(),
        rates=(1.0 + rounds,),
        concurrency=(),
        arrivals=arrivals,
        min_duration_s=10.0,
        requests=2,
    ).points

    assert len(point.traces) == 10 * (1 + rounds) + 1
    assert max(trace.due_ns or 0 for trace in point.traces) == pytest.approx(10e9)


def test_a_model_that_answers_nothing_more_is_not_asked_on() -> None:
    class Gone(TimedModel):
        def _trace(self, arrival: Any, sent_ms: float) -> Any:
            self.n_failing = 0 if len(self.asked) <= 2 else 10**6
            return super()._trace(arrival, sent_ms)

    (point,) = profile(Gone(), warm_up=0, min_duration_s=10.0).points
    assert len(point.traces) == 12


def test_an_open_loop_has_due_times_and_no_bound() -> None:
    model = TimedModel()
    (point,) = profile(model, rates=(3.0,), concurrency=(), arrivals="constant").points

    timed = [(a, c) for a, c in model.asked if a.due_ns is not None]
    assert len(timed) == 12
    assert {concurrency for _, concurrency in timed} == {None}
    assert [trace.due_ns for trace in point.traces] == [round(i / 3 * 1e9) for i in range(12)]
    warm = [c for a, c in model.asked if a.due_ns is None]
    assert set(warm) == {1}


def test_what_is_measured_here_is_not_the_servers() -> None:
    served = profile(TimedModel()).points[0]
    remote = profile(TimedModel(tier=Tier.REMOTE)).points[0]
    own = profile(TimedModel(tier=Tier.IN_PROCESS)).points[0]

    assert set(served.resources) == {"mem_dev_used_peak", "energy_j"}
    assert set(remote.resources) == set()
    assert set(own.resources) == {"mem_rss_peak", "mem_dev_used_peak", "energy_j"}


@pytest.mark.parametrize(
    ("n_cached", "prefix_cache", "words"),
    [(60, "cold", "knew"), (5, "cold", ""), (60, "warm", "")],
)
def test_a_cache_that_helps_voids_a_cold_load(n_cached: int, prefix_cache: str, words: str) -> None:
    """Five tokens are the template's, which every prompt shares."""
    (point,) = profile(TimedModel(n_cached=n_cached), prefix_cache=prefix_cache).points

    assert any(words in text for text in point.breaches) if words else not point.breaches


def test_lengths_that_are_not_kept_are_told_of_a_load() -> None:
    """The template's five tokens alone are more than prompts of four."""
    (point,) = profile(_Brief(), input_tokens=(4,)).points
    assert point.breaches == ("answers have 3 tokens on average, not 4",)
    assert point.unstable == ("prompts have 7 tokens on average, not 4", "somebody hummed")

    (free,) = profile(_Brief(), fixed_length=False).points
    assert (free.breaches, free.unstable) == ((), ("somebody hummed",))


class _Brief(TimedModel):
    """Ends each answer a token too early."""

    def _trace(self, arrival: Any, sent_ms: float) -> Any:
        trace = super()._trace(arrival, sent_ms)
        return replace(trace, n_output_tokens=(trace.n_output_tokens or 0) - 1)


def test_failures_void_a_load() -> None:
    found = answer(TimedModel(n_failing=5), concurrency=(1,))
    assert isinstance(found, Failure)  # for nothing can follow on five refusals

    (point,) = profile(_FailingLate(), concurrency=(1,)).points
    assert [text for text in point.breaches if "1 of 12 requests failed" in text]


class _FailingLate(TimedModel):
    """Refuses its tenth request."""

    def _trace(self, arrival: Any, sent_ms: float) -> Any:
        self.n_failing = 10 if len(self.asked) == 10 else 0
        return super()._trace(arrival, sent_ms)


def test_a_model_that_only_answers_is_timed_from_outside() -> None:
    session = EchoAdapter(labels=("a", "b")).open()
    (point,) = profile(session).points

    assert len(point.traces) == 12
    assert all(trace.chunk_ns == () for trace in point.traces)
    assert all(trace.ended_ns > trace.sent_ns for trace in point.traces)
    assert point.sources["n_in"] == "nobody: a word was taken for a token"


@pytest.mark.parametrize("options", [{"concurrency": (2,)}, {"rates": (1.0,), "concurrency": ()}])
def test_and_under_no_other_load(options: dict[str, Any]) -> None:
    session = EchoAdapter().open()
    with pytest.raises(ConfigError, match="one request after the other"):
        profile(session, **(options | {"warm_up": 0}))


def test_classifiers_and_encoders_are_given_batches() -> None:
    session = _Counting(EchoAdapter(labels=("a", "b")).open())
    first, second = profile(session, Capability.CLASSIFIES, batch_sizes=(1, 4)).points

    assert {trace.n_items for trace in first.traces} == {1}
    assert {trace.n_items for trace in second.traces} == {4}
    assert len(second.traces) == 12
    assert session.sizes.count(4) == 12 + second.n_warm_up
    assert all(isinstance(output, Classification) for output in session.outputs)
    profile(EchoAdapter().open(), Capability.EMBEDS)


class _Deaf:
    """Lets every question after the first ones run out of time."""

    identity = EchoAdapter().open().identity

    def __init__(self, n_alive: int) -> None:
        self.n_alive = n_alive
        self.n_asked = 0
        self._echo = EchoAdapter(labels=("a", "b")).open()

    def respond(self, requests: Any) -> Iterator[Exchange]:
        self.n_asked += 1
        if self.n_asked > self.n_alive:
            yield from (Exchange(request, TIMEOUT) for request in requests)
        else:
            yield from self._echo.respond(requests)

    def close(self) -> None:
        pass


@pytest.mark.parametrize("capability", [Capability.CLASSIFIES, Capability.GENERATES])
def test_what_is_timed_from_outside_is_asked_no_more_once_it_hangs(capability: Capability) -> None:
    session = _Deaf(2 + 5)

    lost = profile(session, capability, warm_up=0, batch_sizes=(2, 4))

    assert [len(point.traces) for point in lost.points] == [5 + 3]
    assert session.n_asked == 2 + 5 + 3 + 1
    assert lost.lost is not None
    assert lost.points[0].breaches[0].startswith("4 requests were not sent: ")


class _Counting:
    """Takes down what it is asked at once."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self.identity = session.identity
        self.sizes: list[int] = []
        self.outputs: list[object] = []

    def respond(self, requests: Any) -> Iterator[Exchange]:
        self.sizes.append(len(requests))
        for exchange in self._session.respond(requests):
            assert isinstance(exchange.answer, Response)
            self.outputs.append(exchange.answer.output)
            yield exchange

    def close(self) -> None:
        pass


def test_only_what_applies_is_measured() -> None:
    options: dict[str, Any] = {"slo": Slo(ttft_ms=1000.0)}
    output, task = profile(TimedModel(), **options), task_of(**options)
    (sample,) = task.samples()
    scores = {metric.name: metric.measure(sample, output) for metric in task.metrics}
    measured = {name for name, score in scores.items() if isinstance(score, Scored)}
    missing = {name for name, s in scores.items() if isinstance(s, Unscored) and not s.is_moot}

    at = "@c=1,in=128,out=4"
    assert {f"latency:{x}{at}" for x in ("ttft_p50", "tpot_p50", "out_tps", "goodput")} <= measured
    assert missing == {f"latency:{x}_p99{at}" for x in ("ttft", "tpot", "e2e")}
    assert not [name for name in measured if "@b=" in name or "mbu" in name or "fit_" in name]
    assert not [name for name in measured if "icl" in name or "ttfa" in name or "ttfc" in name]


def test_every_number_of_a_run_lies_in_its_interval() -> None:
    models = [TimedModel(drift_ms=drift) for drift in (0.0, 3.0, 1.0)]
    options: dict[str, Any] = {"rates": (5.0,), "slo": Slo(ttft_ms=300.0)}
    task = task_of(**options)
    profiles = [profile(model, **options) for model in models]
    sample = next(task.samples())
    n_seen = 0
    for metric in task.metrics:
        scores = [metric.measure(sample, each) for each in profiles]
        rounds = [score.statistics for score in scores if isinstance(score, Scored)]
        for interval in metric.intervals(np.array(rounds), None, 0.95).values() if rounds else ():
            value = metric.reduce(np.array(rounds), np.ones((1, len(rounds))))[0, 0]
            assert interval.low <= value <= interval.high, metric.name
            n_seen += 1
    assert n_seen > 20


def test_charts_are_drawn_from_the_requests() -> None:
    options: dict[str, Any] = {
        "input_tokens": (129,),
        "concurrency": (1, 2),
        "slo": Slo(ttft_ms=200.0),
    }
    output, task = profile(TimedModel(), **options), task_of(**options)
    (sample,) = task.samples()
    figures = {figure.title: figure.data for figure in task.draw([(sample, output)])}

    first: Any = figures["Time to the first token"]
    assert [(curve["label"], curve["n"]) for curve in first["curves"]] == [
        ("c=1,in=129,out=4", 12),
        ("c=2,in=129,out=4", 24),
    ]
    assert first["curves"][0]["values"] == [0.129] * 12
    chart: Any = figures["ttft over output tokens/s"]
    assert chart["slo"] == 200.0
    (series,) = chart["series"]
    assert [round(point["x"], 3) for point in series["points"]] == [
        pytest.approx(4 / 0.159, abs=0.001),
        pytest.approx(8 / 0.159, abs=0.001),
    ]
    assert [point["attainment"] for point in series["points"]] == [1.0, 1.0]
    drawn: Any = figures["Chosen requests"]
    assert drawn["requests"][0]["label"] == "first"
    assert len(drawn["requests"][0]["chunk_ms"]) == 4
    assert figures["The machine at c=1,in=129,out=4"]["energy"] == "test"


def test_memory_of_the_clock_is_not_charted_as_the_models() -> None:
    charted = {
        tier: set(profile(TimedModel(tier=tier)).points[0].telemetry.series) for tier in Tier
    }

    assert charted == {
        Tier.IN_PROCESS: {"cpu_mhz", "rss_bytes"},
        Tier.LOOPBACK: {"cpu_mhz"},
        Tier.REMOTE: {"cpu_mhz"},
    }


class _Dying(TimedModel):
    """Answers so many requests of a round, and cannot be reached for some or for ever after."""

    n_alive: int = 2
    n_dead: int = 10**6
    failure: Failure = Failure(kind=FailureKind.UNREACHABLE, message="no connection")

    def _trace(self, arrival: Any, sent_ms: float) -> Any:
        trace = super()._trace(arrival, sent_ms)
        is_dead = self.n_alive < len(self.asked) <= self.n_alive + self.n_dead
        return replace(trace, failure=self.failure) if is_dead else trace


@pytest.mark.parametrize(("n_alive", "n_answered"), [(2, 0), (13, 11)])
def test_a_model_that_is_gone_after_a_load_ends_the_round(n_alive: int, n_answered: int) -> None:
    model = _Dying()
    model.n_alive = n_alive

    lost = profile(model, warm_up=0, input_tokens=(16, 128))

    (point,) = lost.points  # of two
    assert sum(trace.failure is None for trace in point.traces) == n_answered
    assert point.breaches[-1] == "the model no longer answered when it ended"
    assert lost.lost is not None
    assert lost.lost.kind is FailureKind.UNREACHABLE
    assert "the model no longer answered when it ended (no connection)" in lost.lost.message


def scores_of(found: Profile, **options: Any) -> dict[str, Scored | Unscored]:
    """Every number of a round, by its id."""
    task = task_of(**options)
    sample = next(task.samples())
    return {
        metric.name.removeprefix("latency:"): metric.measure(sample, found)
        for metric in task.metrics
    }


def test_a_load_during_which_the_model_was_gone_has_no_number() -> None:
    model = _Dying()
    model.n_alive = 2 + 12 + 5
    options: dict[str, Any] = {
        "warm_up": 0,
        "concurrency": (1, 2),
        "slo": Slo(ttft_ms=500.0),
        "rates": (1.0,),
    }

    lost = profile(model, **options)

    found = scores_of(lost, **options)
    gone = Unscored("the model was gone during this load", is_cut_short=True)
    of_second = {score for name, score in found.items() if "@c=2" in name}
    assert {score for score in of_second if isinstance(score, Scored) or not score.is_moot} == {
        gone
    }
    for name in ("out_tps", "goodput", "attainment", "error_rate", "e2e_p50"):
        assert isinstance(found[f"{name}@c=1,in=128,out=4"], Scored), name
    task = task_of(**options)
    figures = {each.title: each.data for each in task.draw([(next(task.samples()), lost)])}
    curves: Any = figures["Time to the whole answer"]["curves"]
    assert [curve["label"] for curve in curves] == ["c=1,in=128,out=4"]


@pytest.mark.parametrize(
    ("tier", "some", "none"),
    [
        (Tier.IN_PROCESS, {"mem_rss_peak", "mbu", "energy_j", "e2e_p50"}, {"cost"}),
        (Tier.LOOPBACK, {"energy_j", "j_per_tok", "cost"}, {"mem_rss_peak", "mem_dev_alloc_peak"}),
        (Tier.REMOTE, {"cost", "tpot_p50"}, {"mem_rss_peak", "mem_dev_used_peak", "mbu"}),
    ],
)
def test_what_there_is_not_of_a_model_is_moot_though_its_only_round_was_lost(
    tier: Tier, some: set[str], none: set[str]
) -> None:
    model = _Dying()
    model.n_alive = 2 + 5
    prices = Prices(input_per_million=1.0, output_per_million=2.0)
    options: dict[str, Any] = {"warm_up": 0, "concurrency": (1, 2), "prices": prices}

    found = scores_of(replace(profile(model, **options), tier=tier), **options)

    for load in ("c=1,in=128,out=4", "c=2,in=128,out=4"):
        for name in sorted(some):
            assert getattr(found[f"{name}@{load}"], "is_cut_short", False), name
        for name in sorted(none):
            assert getattr(found[f"{name}@{load}"], "is_moot", False), name
    of_batches = [score for name, score in found.items() if "@b=" in name]
    assert of_batches
    assert all(isinstance(score, Unscored) and score.is_moot for score in of_batches)


def test_what_a_lost_round_has_measured_is_told_and_its_knee_is_not() -> None:
    model = _Dying()
    model.n_alive = 2 + 12 + 12
    suite: dict[str, Any] = {"warm_up": 0, "rates": (1.0, 2.0, 4.0), "arrivals": "constant"}
    task = task_of(**suite)
    drive = task.drive(task.samples(), model, Capability.GENERATES, lambda _: None)

    sample, came = next(drive)
    with pytest.raises(AdapterError, match="no longer answered"):
        next(drive)

    assert sample.id == "round 1"
    assert isinstance(came, Response)
    assert isinstance(came.output, Profile)
    found = scores_of(came.output, **suite)
    assert isinstance(found["e2e_p50@c=1,in=128,out=4"], Scored)
    assert isinstance(found["e2e_p50@constant=1,in=128,out=4"], Scored)
    early = Unscored("the round ended before this load", is_cut_short=True)
    assert found["e2e_p50@constant=4,in=128,out=4"] == early
    ended = Unscored("the round ended early: the model no longer answered")
    assert found["knee@in=128,out=4"] == ended


@pytest.mark.parametrize(
    ("kind", "lost"),
    [
        (FailureKind.TIMEOUT, "timeout"),
        (FailureKind.SERVER_ERROR, "server_error"),
        (FailureKind.RATE_LIMITED, None),
        (FailureKind.REJECTED, None),
    ],
)
def test_a_model_that_hangs_or_breaks_is_gone_and_one_that_refuses_is_not(
    kind: FailureKind, lost: str | None
) -> None:
    model = _Dying()
    model.failure = Failure(kind=kind, message="no")

    found = profile(model, warm_up=0)

    assert (found.lost and found.lost.kind) == lost
    assert found.points[0].breaches[0].startswith("12 of 12 requests failed")


class _Breaking(_Dying):
    """Is lost to its adapter amid the second load."""

    def time(self, *args: Any, **options: Any) -> Iterator[Any]:
        for pair in super().time(*args, **options):
            if len(self.asked) > self.n_alive:
                raise AdapterError("the program has ended")
            yield pair


def test_a_load_is_kept_though_the_adapter_is_lost_at_the_next() -> None:
    model = _Breaking()
    model.n_alive = 2 + 12 + 3

    found = profile(model, warm_up=0, input_tokens=(16, 128))

    assert [point.load.n_input_tokens for point in found.points] == [16]
    assert found.lost == Failure(kind=FailureKind.CRASHED, message="the program has ended")
    scores = scores_of(found, warm_up=0, input_tokens=(16, 128))
    assert isinstance(scores["rps@c=1,in=16,out=4"], Scored)


class _Hanging(_Dying):
    """Lets requests run out of time, and breaks off as a timed session does that sees it."""

    failure = TIMEOUT

    def time(self, arrivals: Any, *, concurrency: int | None) -> Iterator[Any]:
        time_outs = TimeOuts(at_once=concurrency or 1)
        for request, trace in super().time(arrivals, concurrency=concurrency):
            yield request, trace
            time_outs.note(None if trace.failure is None else trace.failure.kind)
            if concurrency and time_outs.is_hanging:
                return


@pytest.mark.parametrize(("concurrency", "n_sent"), [(1, 9 + 3), (2, 9 + 3), (8, 9 + 8)])
def test_a_model_that_hangs_is_asked_for_at_once(concurrency: int, n_sent: int) -> None:
    model = _Hanging()
    model.n_alive = 2 + 9

    lost = profile(model, warm_up=0, requests=30, concurrency=(concurrency, 16))

    (point,) = lost.points
    n_wanted = point.load.n_requests
    assert len(point.traces) == n_sent
    assert len(model.asked) == 2 + n_sent + 1
    assert point.breaches[0].startswith(f"{n_wanted - n_sent} requests were not sent: ")
    assert point.breaches[-1] == "the model no longer answered when it ended"
    assert lost.lost is not None
    assert lost.lost.kind is FailureKind.TIMEOUT


@pytest.mark.parametrize(("n_alive", "n_timed"), [(9, 12), (20 + 9, 32)])
def test_a_model_that_was_only_slow_is_timed_on_and_that_load_is_void(
    n_alive: int, n_timed: int
) -> None:
    """The load is gone on with behind its first twenty requests."""
    model = _Hanging()
    model.n_alive, model.n_dead = 2 + n_alive, 3

    found = profile(model, warm_up=0, min_duration_s=30.0, requests=20, input_tokens=(16, 128))

    first, second = found.points
    assert found.lost is None
    assert len(first.traces) == n_timed
    assert "requests were not sent: one after the other had run out of time" in first.breaches[0]
    assert not second.breaches


@pytest.mark.parametrize("n_warm", [0, 1])
def test_a_model_that_hangs_as_it_is_warmed_up_is_not_timed(n_warm: int) -> None:
    """The first load has three waves, and twelve requests behind them."""
    model = _Hanging()
    model.n_alive = 2 + 3 + 12 + n_warm

    lost = profile(model, warm_up=9, input_tokens=(16, 128))

    assert [point.load.key for point in lost.points] == ["c=1,in=16,out=4"]
    assert not lost.points[0].breaches
    assert lost.lost is not None
    assert "no longer answered while it was warmed up (30 s went by); start it" in str(lost.lost)
    assert len(model.asked) == model.n_alive + 3 + 1


@pytest.mark.parametrize("options", [{"concurrency": (1,)}, {"concurrency": (), "rates": (5.0,)}])
def test_nothing_is_told_of_a_model_that_hangs_before_anything_is_timed(
    options: dict[str, Any],
) -> None:
    model = _Hanging()

    with pytest.raises(AdapterError, match="no longer answered while it was warmed up"):
        profile(model, **options)

    assert len(model.asked) == 2 + 3 + 1


def test_a_model_that_never_answers_is_asked_three_times() -> None:
    model = _Hanging()
    model.n_alive = 0

    assert answer(model) == TIMEOUT
    assert len(model.asked) == 3


def test_a_warm_up_that_nobody_answered_is_not_said_to_differ() -> None:
    model = _Dying()
    model.n_dead = 4

    (point,) = profile(model, warm_up=4).points

    assert point.unstable[0] == "only 0 of 4 warm-up waves were answered"


def test_a_model_that_is_back_after_a_load_has_failed_under_it() -> None:
    model = _Dying()
    model.n_dead = 12

    (point,) = profile(model, warm_up=0).points

    assert point.breaches == ("12 of 12 requests failed, the first one by unreachable",)


@pytest.mark.parametrize(
    ("options", "n"),
    [
        ({"rates": (2.0, 50.0), "min_duration_s": 10.0}, 21),
        ({"rates": (10.0,), "min_duration_s": 10.0}, None),
        ({"concurrency": (1,)}, None),
    ],
)
def test_a_knee_of_few_requests_is_told_with_a_remark(
    options: dict[str, Any], n: int | None
) -> None:
    task = task_of(**options)
    assert isinstance(task, AdvisingTask)
    remarks = task.advice(Capability.GENERATES)

    assert task.advice(Capability.CLASSIFIES) == task.advice(Capability.EMBEDS) == ()
    assert len(remarks) == (n is not None)
    assert all(text.startswith(f"knee: {n} requests show only a gross") for text in remarks)
