"""The task of a load test: each of its samples is one round."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from harness.core.abilities import Answer
from harness.core.capability import Capability
from harness.core.errors import AdapterError
from harness.core.estimate import Estimate
from harness.core.figure import Figure
from harness.core.identity import hash_json
from harness.core.ports import CorpusMetric, Metric, Session
from harness.core.profile import Profile
from harness.core.profile_codec import encode_load_test
from harness.core.request import LoadTest, Payload
from harness.core.response import Failure, Output, Response
from harness.core.sample import Sample
from harness.core.score import Unscored
from harness.suites.latency.across_loads import ENOUGH_REQUESTS
from harness.suites.latency.driving import Round
from harness.suites.latency.figures import figures_of
from harness.suites.latency.lasting import n_due
from harness.suites.latency.limits import Slo
from harness.suites.latency.metric import Latency
from harness.suites.latency.plan import Plan
from harness.suites.latency.timing import Timing
from harness.suites.latency.watch import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyTask:
    """Rounds of load points. It survives pickling: each round is driven in another process."""

    plan: Plan
    n_samples: int
    """Rounds."""
    metrics: tuple[Latency, ...]
    slo: Slo | None
    corpus_metrics: tuple[CorpusMetric, ...] = ()

    @property
    def data_hash(self) -> str:
        """SHA-256 (hex) over the load points, the words, the arrivals and the seed."""
        plan = self.plan
        asked = [self._test(capability) for capability in (Capability.GENERATES, Capability.EMBEDS)]
        return hash_json(
            {
                "tests": [encode_load_test(test) for test in asked],
                "words": hash_json(list(plan.words)),
                "arrivals": list(plan.replayed),
                "seed": plan.seed,
            }
        )

    def metrics_for(self, capability: Capability) -> tuple[Metric, ...]:
        """Return the metrics less those of loads that only other models are put under."""
        reading = {load.key for load in self.plan.reading}
        if capability is Capability.GENERATES:
            return tuple(metric for metric in self.metrics if metric.load not in reading)
        return tuple(metric for metric in self.metrics if metric.load in {"", *reading})

    def samples(self) -> Iterator[Sample]:
        """Yield the rounds."""
        for index in range(self.n_samples):
            name = f"round {index + 1}"
            yield Sample(id=name, index=index, text=name)

    def ask(self, sample: Sample, capability: Capability) -> Payload:
        """Return the load test, which is the same in each round."""
        del sample
        return self._test(capability)

    def read(self, sample: Sample, output: Output) -> Output | Unscored:
        """Return the profile as it is."""
        del sample
        if not isinstance(output, Profile):
            return Unscored(f"a profile is needed, not a {type(output).__name__}")
        return output

    def drive(
        self,
        samples: Iterable[Sample],
        session: Session,
        capability: Capability,
        note: Callable[[str], None],
    ) -> Iterator[tuple[Sample, Answer]]:
        """Carry out the rounds; see ``DrivenTask.drive``.

        Raises:
            AdapterError: the model is gone; what was measured until then has been yielded.
        """
        for sample in samples:
            came = Round(self.plan, sample.id, session, capability, note).drive()
            yield sample, came if isinstance(came, Failure) else Response(output=came)
            if isinstance(came, Profile) and came.lost is not None:
                raise AdapterError(came.lost.message)

    def watch(self, session: Session) -> Watch:
        """Return what stands beside each of its timed loads, for whoever tests the clock.

        Args:
            session: of a model that generates.
        """
        return Timing(session, Capability.GENERATES).watch()

    def advice(self, capability: Capability) -> Sequence[str]:
        """Return what to know of a knee whose rates have few requests, where they have."""
        if capability is not Capability.GENERATES:  # it is given batches, and has no knee
            return ()
        return tuple(filter(None, (self._of_few_requests(), self._of_the_objective())))

    def _of_few_requests(self) -> str:
        plan = self.plan
        fewest = min(
            (
                n_due(load, plan.min_duration_s, len(plan.replayed))
                for load in plan.generating
                if load.rate_per_s is not None
            ),
            default=ENOUGH_REQUESTS,
        )
        if fewest >= ENOUGH_REQUESTS:
            return ""
        remedy = f"raise min_duration_s or requests until each rate has {ENOUGH_REQUESTS}"
        if plan.replayed:  # it has as many requests as its file has moments
            remedy = f"record {ENOUGH_REQUESTS} arrivals or more"
        return f"knee: {fewest} requests show only a gross overload; {remedy}"

    def _of_the_objective(self) -> str:
        """Tell of a replay that proves too little; other open loops send as many as it takes."""
        n, slo = len(self.plan.replayed), self.slo
        if not n or slo is None or n >= slo.fewest_requests:
            return ""
        share, needed = f"{slo.attainment:g}", f"{slo.fewest_requests:,}"
        return f"knee: {n} arrivals cannot prove an attainment of {share}; record {needed} or more"

    def figures(self, estimates: Sequence[Estimate]) -> tuple[Figure, ...]:
        """Return no chart of estimates: those of the requests say more."""
        del estimates
        return ()

    def draw(self, answers: Sequence[tuple[Sample, Output]]) -> tuple[Figure, ...]:
        """Return the charts of the timed requests."""
        profiles = [output for _, output in answers if isinstance(output, Profile)]
        return figures_of(profiles, self.slo)

    def _test(self, capability: Capability) -> LoadTest:
        is_generating = capability is Capability.GENERATES
        points = self.plan.generating if is_generating else self.plan.reading
        return LoadTest(capability=capability, points=points)
