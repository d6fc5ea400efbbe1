"""Carries out one round: what is learnt once, then each load point."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from harness.core.capability import Capability
from harness.core.errors import AdapterError, sentence
from harness.core.load import Load, Tier
from harness.core.ports import Session
from harness.core.profile import Profile
from harness.core.response import Failure, FailureKind
from harness.core.trace import Trace
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
            The profile, or the failure of the first request, which nothing can follow.

        Raises:
            AdapterError: the model is gone.
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
            idle_w=self._idle_w(timing.tier),
            note=self.note,
        )
        points = []
        for load in loads:
            points.append(runner.run(load))
            if points[-1].traces[-1].failure is not None:
                _check_there(timing, maker, load)
        return Profile(
            tier=timing.tier,
            points=tuple(points),
            facts={**facts, **peaks[0], **first.facts},
            sources=dict(peaks[1]),
        )

    @property
    def loads(self) -> tuple[Load, ...]:
        """The load points for what the model does."""
        is_generating = self.capability is Capability.GENERATES
        return self.plan.generating if is_generating else self.plan.reading

    def _idle_w(self, tier: Tier) -> float | None:
        """Return the power that the machine takes with the model loaded and nothing to do."""
        meter = instruments(tier).meter
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
    for attempt in range(_N_TRIES):
        cold = _one(timing, maker, load, f"first {attempt}", n_words)
        if cold.failure is None:
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
    return _First((cold.ended_ns - cold.sent_ns) / 1e9, fitted_length(seen))


def _check_there(timing: Timing, maker: RequestMaker, load: Load) -> None:
    """Ask once more after a load whose last request failed: an overload ends, and a death does not.

    Raises:
        AdapterError: the model cannot be reached any more, so that the failures are none of the
            load's.
    """
    for attempt in range(_N_TRIES):
        failure = _one(timing, maker, load, f"still there {attempt}", 1).failure
        if failure is None or failure.kind is not FailureKind.UNREACHABLE:
            return
        reason = failure.message
    raise AdapterError(
        sentence(
            f"load {load.key}",
            f"the model was gone when it ended ({reason})",
            "start it, and take the run up with --resume",
        )
    )


def _one(timing: Timing, maker: RequestMaker, load: Load, phase: str, n_words: int) -> Trace:
    """Send one request; of a batched load, a batch of one."""
    shape = closed_loop(load) if load.batch_size is None else replace(load, batch_size=1)
    requests = maker.requests(shape, phase, 1, n_words)
    return timing.traces(shape, requests, [None])[0]
