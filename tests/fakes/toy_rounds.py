"""A suite in rounds and a model to time, whose clock is a file: no test has to wait for it."""

from __future__ import annotations

import math
import os
import random
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

from harness.core.abilities import Answer
from harness.core.capability import Capability
from harness.core.errors import AdapterError, ConfigError
from harness.core.estimate import Estimate, Interval
from harness.core.figure import Figure
from harness.core.identity import Identity, hash_file, hash_json
from harness.core.load import Load, Tier
from harness.core.ports import CorpusMetric, Session
from harness.core.profile import LoadProfile, Profile
from harness.core.request import Generate, LoadTest, Payload, Request
from harness.core.response import Exchange, Generation, Output, Response
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.core.trace import Trace
from harness.sources.source import Source

if TYPE_CHECKING:  # the process of a round starts in a tenth of a second without it
    import numpy as np
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Integers: TypeAlias = NDArray[np.int64]

Habit = Literal[
    "none",
    "prints",
    "is lost",
    "is killed",
    "is interrupted",
    "cannot be loaded",
    "is misconfigured",
    "is buggy",
]

LOAD = Load(n_requests=1, n_input_tokens=8, n_output_tokens=11, concurrency=1)
TPOT, LENGTH = f"tpot_p50@{LOAD.key}", f"n_out@{LOAD.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PacedAdapter(Source):
    """Answers at the pace that its file tells."""

    noise: float = 0.0
    """Standard deviation of the logarithm of a round's pace."""
    habit: Habit = "none"
    """What it does wrong, in the process of one round."""
    in_round: str = "1"
    """The round in which the habit shows."""
    length: int = 11
    """Tokens of an answer."""
    log: str | None = None
    """A file that takes down which round was loaded by whom."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        return frozenset({Capability.GENERATES})

    def open(self) -> PacedSession:
        if self.habit == "cannot be loaded":
            raise AdapterError("paced: the weights are gone; look under the sofa")
        if self.habit == "is misconfigured":
            raise ConfigError("paced.habit", "is a bad one", "choose another")
        return PacedSession(self)


class PacedSession:
    """One load of the model."""

    def __init__(self, adapter: PacedAdapter) -> None:
        self._adapter = adapter
        self._file = adapter.fetch()
        self.identity = Identity({"weights": hash_file(self._file)})

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        for request in requests:
            self._misbehave(request.id)
            text = f"{self._pace(request.id)!r} {self._adapter.length}"
            yield Exchange(request, Response(output=Generation(text=text, finish_reason="stop")))

    def close(self) -> None:
        pass

    def _pace(self, round_id: str) -> float:
        luck = random.Random(f"{self._file} {round_id}").gauss(0.0, self._adapter.noise)
        return float(self._file.read_text()) * math.exp(luck)

    def _misbehave(self, round_id: str) -> None:
        habit, log = self._adapter.habit, self._adapter.log
        if log is not None:
            with Path(log).open("a") as file:
                file.write(f"{self._file.stem}{round_id} {os.getpid()}\n")
        if habit == "prints":
            sys.stdout.write("a library has something to say\n")
            os.write(1, b"and so has its C code\n")
        if round_id != self._adapter.in_round:
            return
        if habit == "is lost":
            raise AdapterError("paced: the model is gone; start it again")
        if habit == "is buggy":
            raise ZeroDivisionError("seven by zero")
        if habit == "is killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if habit == "is interrupted":
            os.kill(os.getppid(), signal.SIGINT)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyTiming:
    """One figure of one load point, as the registered metric ``toy_timing``."""

    figure: Literal["tpot", "n_out"] = "tpot"
    """Which."""

    columns: ClassVar[tuple[str, ...]] = ("value",)
    is_additive: ClassVar[bool] = False

    @property
    def name(self) -> str:
        return f"toy_timing:{self.figure}"

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        is_speed = self.figure == "tpot"
        return (
            Quantity(
                id=TPOT if is_speed else LENGTH,
                direction=Direction.LOWER if is_speed else Direction.NEITHER,
                definition="of the toy",
                high=None,
                is_headline=is_speed,
                unit="round",
            ),
        )

    @property
    def signature(self) -> Mapping[str, str]:
        return {"figure": self.figure}

    def measure(self, sample: Sample, output: Output) -> Score:
        del sample
        if not isinstance(output, Profile):
            return Unscored("no profile")
        (trace,) = output.points[0].traces
        if self.figure == "n_out":
            return Scored((float(trace.n_output_tokens or 0),))
        n_gaps = len(trace.chunk_ns) - 1
        return Scored(((trace.chunk_ns[-1] - trace.chunk_ns[0]) / n_gaps / 1e9,))

    def reduce(self, statistics: Floats, weights: Floats) -> Floats:
        import numpy as np

        logs: Floats = weights @ np.log(statistics) / weights.sum(axis=1, keepdims=True)
        values: Floats = np.exp(logs)
        return values

    def intervals(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, Interval]:
        del statistics, clusters, level
        return {}

    def figures(self, statistics: Floats) -> tuple[Figure, ...]:
        del statistics
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyRounds:
    """Times a model, in rounds."""

    needs: ClassVar[tuple[Capability, ...]] = (Capability.GENERATES,)

    rounds: int = 8
    """How many."""
    unstable: str = ""
    """What the machine is said to have done in the first round."""
    breach: str = ""
    """Why the first round is said to be invalid."""

    def prepare(self, *, limit: int | None, seed: int) -> ToyRoundsTask:
        del seed
        return ToyRoundsTask(self, min(self.rounds, limit or self.rounds))


@dataclass(frozen=True, slots=True)
class ToyRoundsTask:
    suite: ToyRounds
    n_samples: int
    corpus_metrics: ClassVar[tuple[CorpusMetric, ...]] = ()

    @property
    def data_hash(self) -> str:
        return hash_json(self.n_samples)

    @property
    def metrics(self) -> tuple[ToyTiming, ...]:
        return ToyTiming(figure="tpot"), ToyTiming(figure="n_out")

    def samples(self) -> Iterator[Sample]:
        for i in range(self.n_samples):
            yield Sample(id=str(i), index=i, text=f"round {i}")

    def ask(self, sample: Sample, capability: Capability) -> Payload:
        del sample
        return LoadTest(capability=capability, points=(LOAD,))

    def drive(
        self,
        samples: Iterable[Sample],
        session: Session,
        capability: Capability,
        note: Callable[[str], None],
    ) -> Iterator[tuple[Sample, Answer]]:
        del capability
        for sample in samples:
            note("timing")
            request = Request(sample.id, Generate(prompt=sample.text))
            for exchange in session.respond([request]):
                answer = exchange.answer
                if isinstance(answer, Response) and isinstance(answer.output, Generation):
                    pace_s, length = answer.output.text.split()
                    profile = self._profile(sample, float(pace_s), int(length))
                    yield sample, Response(output=profile)

    def _profile(self, sample: Sample, pace_s: float, length: int) -> Profile:
        chunks = tuple(round(1e9 * pace_s * (i + 2)) for i in range(length))
        is_first = sample.index == 0
        trace = Trace(
            sent_ns=0,
            ended_ns=chunks[-1],
            chunk_ns=chunks,
            chunk_channels="c" * length,
            n_output_tokens=length,
            counted_by="ids",
        )
        point = LoadProfile(
            load=LOAD,
            traces=(trace,),
            n_warm_up=0,
            unstable=(self.suite.unstable,) if self.suite.unstable and is_first else (),
            breaches=(self.suite.breach,) if self.suite.breach and is_first else (),
        )
        return Profile(tier=Tier.IN_PROCESS, points=(point,))

    def read(self, sample: Sample, output: Output) -> Output | Unscored:
        del sample
        return output

    def figures(self, estimates: Sequence[Estimate]) -> tuple[Figure, ...]:
        del estimates
        return ()
