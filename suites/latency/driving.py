"""Carries out one round: what is learnt once, then each load point."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from harness.core.capability import Capability
from harness.core.errors import AdapterError, sentence
from harness.core.load import Load, Tier
from harness.core.ports import Session
from harness.core.profile import LoadProfile, Profile
from harness.core.response import Failure, FailureKind
from harness.core.time_outs import TimeOuts
from harness.core.trace import Trace
from harness.suites.latency.breaches import NOT_SURVIVED
from harness.suites.latency.energy_sources import idle_power_w
from harness.suites.latency.load_run import LoadRunner
from harness.suites.latency.peaks import dtype_of, measured_peaks
from harness.suites.latency.plan import Plan
from harness.suites.latency.prompts import PromptMaker, TextLength, fitted_length
from harness.suites.latency.request_maker import RequestMaker
from harness.suites.latency.timing import Timing
from harness.suites.latency.warm_up import closed_loop
from harness.suites.latency.watch import instruments

_N_TRIES = 5
"""Of the very first request: one refusal does not cost a round, and one that is too long for the
model's window, with a token taken for a word, is tried at half its length."""

_DEADLY = frozenset(
    {
        FailureKind.UNREACHABLE,
        FailureKind.TIMEOUT,
        FailureKind.SERVER_ERROR,
        FailureKind.CRASHED,
    }
)
"""What a model that answered this very request before cannot come to without being gone. One that
limits rates, or refuses, is there."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round of one model, about to be driven."""

    plan: Plan
    id: str
    session: Session
    capability: Capability
    note: Callable[[str], None]

    def drive(self) -> Profile | Failure:
        """Carry out every load point.

        Returns:
            The profile, of a model that is gone after some load up to that one; or the failure of
            the first request, which nothing can follow.

        Raises:
            AdapterError: the model is gone before anything was timed.
            ConfigError: the model cannot be put under such a load.
        """
        timing = Timing(self.session, self.capability)
        maker = self._maker()
        loads = self.loads
        self.note("asking for the first time")
        first = _first(timing, maker, loads)
        if isinstance(first, Failure):
            return first
        facts = timing.facts()
        peaks: tuple[Mapping[str, float], Mapping[str, str]] = ({}, {})
        if timing.tier is Tier.IN_PROCESS and "n_parameters" in facts:
            self.note("measuring what the hardware can reach")
            peaks = measured_peaks(dtype_of(facts))
        runner = LoadRunner(
            plan=self.plan,
            timing=timing,
            maker=maker,
            length=first.length,
            round_id=self.id,
            idle_w=self._idle_w(timing),
            note=self.note,
        )
        points, lost = _points(runner, loads, first)
        return Profile(
            tier=timing.tier,
            points=points,
            facts={**facts, **peaks[0], **first.facts},
            sources=dict(peaks[1]),
            lost=lost,
        )

    @property
    def loads(self) -> tuple[Load, ...]:
        """The load points for what the model does."""
        is_generating = self.capability is Capability.GENERATES
        return self.plan.generating if is_generating else self.plan.reading

    def _idle_w(self, timing: Timing) -> float | None:
        """Return the power that the machine takes with the model loaded and nothing to do."""
        meter = instruments(timing.tier, server_port=timing.server_port).meter
        if isinstance(meter, str):
            return None
        self.note("measuring the power at rest")
        return idle_power_w(meter)

    def _maker(self) -> RequestMaker:
        prompts = PromptMaker(
            words=self.plan.words,
            nonce=secrets.token_hex(8),
            seed=f"{self.plan.seed}/{self.id}",
            prefix_cache=self.plan.prefix_cache,
        )
        return RequestMaker(
            prompts=prompts,
            capability=self.capability,
            fixed_length=self.plan.fixed_length,
            chat=self.plan.chat,
            seed=self.plan.seed,
        )


@dataclass(frozen=True, slots=True)
class _First:
    """What the first requests told."""

    first_s: float
    length: TextLength
    load: Load
    n_words: int
    """With the load, what was asked and answered."""

    @property
    def facts(self) -> Mapping[str, float]:
        facts = {"first_generate_s": self.first_s}
        if self.length.is_known:
            facts["tokens_per_word"] = self.length.tokens_per_word
            facts["n_fixed_tokens"] = self.length.n_fixed_tokens
        return facts


def _first(timing: Timing, maker: RequestMaker, loads: tuple[Load, ...]) -> _First | Failure:
    """Ask for the first time, and once more with a shorter text, to learn how long texts are."""
    load = max(loads, key=lambda load: load.n_input_tokens)
    n_words = load.n_input_tokens
    time_outs = TimeOuts()
    for attempt in range(_N_TRIES):
        cold = _one(timing, maker, load, f"first {attempt}", n_words)
        if cold.failure is None:
            break
        time_outs.note(cold.failure.kind)
        if time_outs.is_hanging:
            break
        if cold.failure.kind is FailureKind.TOO_LONG:
            n_words = max(1, n_words // 2)
    if cold.failure is not None:
        return cold.failure
    short = max(1, n_words // 4)
    other = _one(timing, maker, load, "short", short)
    seen = [
        (words, trace.n_input_tokens)
        for words, trace in ((n_words, cold), (short, other))
        if trace.failure is None and trace.n_input_tokens
    ]
    return _First((cold.ended_ns - cold.sent_ns) / 1e9, fitted_length(seen), load, n_words)


def _points(
    runner: LoadRunner, loads: tuple[Load, ...], first: _First
) -> tuple[tuple[LoadProfile, ...], Failure | None]:
    """Carry out the loads, as far as the model lives; return also why it did not see the end.

    Raises:
        AdapterError: it is gone before the first load was over.
    """
    points: list[LoadProfile] = []
    for load in loads:
        try:
            gone = _carry_out(runner, load, first, points)
        except AdapterError as error:
            if not points:
                raise
            return tuple(points), Failure(kind=FailureKind.CRASHED, message=str(error))
        if gone is not None and not points:
            raise AdapterError(gone.message)
        if gone is not None:
            return tuple(points), gone
    return tuple(points), None


def _carry_out(
    runner: LoadRunner, load: Load, first: _First, points: list[LoadProfile]
) -> Failure | None:
    """Add one load to the points, and tell why none can follow; None where one can.

    A model that hangs is not timed: nothing would come of it but the time-outs.

    Raises:
        AdapterError: the model is gone.
    """
    warm = runner.warm_up(load)
    if warm.is_hanging:
        gone = _gone(runner, first, load, "the model no longer answered while it was warmed up")
        if gone is not None:
            return gone
    points.append(runner.run(load, warm))
    if points[-1].traces[-1].failure is None:
        return None
    gone = _gone(runner, first, load, NOT_SURVIVED)
    if gone is not None:
        points[-1] = replace(points[-1], breaches=(*points[-1].breaches, NOT_SURVIVED))
    return gone


def _gone(runner: LoadRunner, first: _First, load: Load, what: str) -> Failure | None:
    """Ask as at first after a load whose last request failed: an overload ends, a death does not.

    Args:
        runner: asks.
        first: what is asked.
        load: after or before which.
        what: was seen of the model, for the message.

    Returns:
        None where the model answers, or refuses alone; else the failure, with what to do about it.
    """
    failure = None
    for attempt in range(_N_TRIES):
        phase = f"still there after {load.key} {attempt}"
        failure = _one(runner.timing, runner.maker, first.load, phase, first.n_words).failure
        if failure is None or failure.kind not in _DEADLY:
            return None
        if failure.kind is FailureKind.TIMEOUT:
            break  # it has been waited for long enough
    assert failure is not None
    reason = f"{what} ({failure.message})"
    remedy = "start it again, and take the run up with --resume"
    return replace(failure, message=sentence(f"load {load.key}", reason, remedy))


def _one(timing: Timing, maker: RequestMaker, load: Load, phase: str, n_words: int) -> Trace:
    """Send one request; of a batched load, a batch of one."""
    shape = closed_loop(load) if load.batch_size is None else replace(load, batch_size=1)
    requests = maker.requests(shape, phase, 1, n_words)
    return timing.traces(shape, requests, [None])[0]
