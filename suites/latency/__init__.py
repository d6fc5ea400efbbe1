"""``latency``: how fast a model is per token on this machine, and what that costs.

A suite in rounds: each sample is one round, in a process of its own, in which every load point is
warmed up and timed. See docs/latency.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import ClassVar

from harness.core.abilities import ForetellingAdapter
from harness.core.capability import Capability
from harness.core.errors import ConfigError, DataError
from harness.core.load import Arrivals, Load
from harness.core.ports import Adapter
from harness.sources.source import Source
from harness.suites.latency.lasting import MOST_REQUESTS
from harness.suites.latency.limits import Prices, Slo, highest_attainment
from harness.suites.latency.load_points import LoadGrid
from harness.suites.latency.measures import WHOLE, measures_of_load
from harness.suites.latency.metric import Latency
from harness.suites.latency.plain_timing import unwatchable
from harness.suites.latency.plan import Plan
from harness.suites.latency.prompts import PrefixCache
from harness.suites.latency.schedule import mean_rate, read_arrivals
from harness.suites.latency.task import LatencyTask
from harness.suites.latency.vocabulary import WORDS

_FEWEST_WORDS = 100
"""Fewer make prompts that resemble each other."""
_OF_GENERATING = (
    "output_tokens",
    "concurrency",
    "rates",
    "arrivals",
    "replay",
    "fixed_length",
    "chat",
    "prices",
)
_OF_READING = ("batch_sizes",)
_OF_THE_FILE = {
    "requests": "a replay has as many requests as its file has moments",
    "min_duration_s": "a replay lasts as long as its file",
}
"""What a replay alone does not take, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencySuite:
    """Time to the first token, time per token, throughput, memory and energy under chosen loads.

    Every input length is crossed with every output length and every load: closed loops of some
    ``concurrency`` and open loops of some rate. A classifier or encoder is given batches instead.
    """

    needs: ClassVar[tuple[Capability, ...]] = (
        Capability.GENERATES,
        Capability.CLASSIFIES,
        Capability.EMBEDS,
    )

    input_tokens: tuple[int, ...] = (128,)
    """Lengths of the prompts, in the model's own tokens; texts are cut to measure by what the
    model counts in its first answers."""
    output_tokens: tuple[int, ...] = (32,)
    """Lengths of the answers."""
    concurrency: tuple[int, ...] = (1,)
    """Closed loops: so many requests are under way at once. Empty for none."""
    rates: tuple[float, ...] = ()
    """Open loops: so many requests arrive per second, whatever the model makes of them."""
    arrivals: Arrivals = "poisson"
    """How they are spread: ``poisson`` by chance, ``constant`` evenly, ``replay`` as in a file."""
    replay: Source | None = None
    """A file with a second of arrival per line, for ``replay``; without ``rates`` at its own pace,
    with them stretched to each rate. It has as many requests as lines, and ends with the last one:
    ``requests`` and ``min_duration_s`` do nothing to it."""
    batch_sizes: tuple[int, ...] = (1, 8)
    """Texts handed over at once, of a classifier or encoder."""
    requests: int = 10
    """Fewest timed requests (or batches) of each load; of a closed loop of several at least five
    times as many as are under way, and four times as many and 16; with ``slo`` of an open loop as
    many as can prove the attainment. A p99 takes 300, a p99.9 3,000."""
    min_duration_s: float = 10.0
    """Shortest time that a load lasts: more requests than the fewest are sent for it, up to
    10,000."""
    rounds: int = 3
    """How often everything is repeated in a fresh process. Intervals need 2; a gate wants 8."""
    warm_up: int = 10
    """Most waves of requests before the timed ones. There are at least three, until the last three
    take the same time within a tenth. 0 for none, so that the cold is timed too."""
    slo: Slo | None = None
    """Objectives; with them goodput, attainment and the knee count."""
    prices: Prices | None = None
    """What tokens cost; with them ``cost`` is there for a served model."""
    prefix_cache: PrefixCache = "cold"
    """``cold``: no two prompts begin alike, so that no cache of prefixes helps. ``warm``: all
    prompts of a round share all but their last words."""
    fixed_length: bool = True
    """Do not let an answer end before its length, so that short ones do not look fast."""
    chat: bool = False
    """Send the prompt as a user turn through the model's chat template."""
    text: Source | None = None
    """A UTF-8 file whose words the prompts are made of; a bundled vocabulary without it."""

    def __post_init__(self) -> None:
        """Refuse what cannot be carried out.

        Raises:
            ConfigError: a number out of its range, or options that contradict each other.
        """
        for name in ("input_tokens", "output_tokens", "batch_sizes"):
            if not getattr(self, name):
                raise ConfigError(name, "is empty", "write one number at least")
        for name in ("input_tokens", "output_tokens", "batch_sizes", "concurrency", "rates"):
            _check_numbers(name, getattr(self, name))
        _check_names(self.rates)
        for name, least in (("requests", 1), ("rounds", 1), ("warm_up", 0), ("min_duration_s", 0)):
            value = getattr(self, name)
            if not value >= least:
                raise ConfigError(name, f"must be at least {least}, not {value}", f"write {least}")
        if 0 < self.warm_up < _FEWEST_WAVES:
            reason = f"three waves are the fewest that can settle, not {self.warm_up}"
            raise ConfigError("warm_up", reason, "write 3 or more, or 0 for none")
        self._check_arrivals()
        self._check_attainment()

    def _check_arrivals(self) -> None:
        if (self.arrivals == "replay") != (self.replay is not None):
            reason = "a replay and a file of arrivals need each other"
            raise ConfigError("replay", reason, 'write arrivals = "replay" and replay.path = "…"')
        if not self.concurrency and not self.rates and self.replay is None:
            raise ConfigError("concurrency", "is empty, and so are the rates", "write [1]")

    def _check_attainment(self) -> None:
        """Refuse a sweep whose objective no load could prove, however good the model is."""
        if self.slo is None or not self.rates or self.replay is not None:
            return
        most, needed = max(MOST_REQUESTS, self.requests), self.slo.fewest_requests
        if needed > most:
            raise ConfigError(
                "slo.attainment",
                f"{self.slo.attainment:g} takes {needed:,} requests a rate to prove, and a load has"
                f" {most:,} at most",
                f"write {highest_attainment(most)} or less, or requests = {needed}",
            )

    def check_model(self, adapter: Adapter, capability: Capability) -> None:
        """Refuse a load that a model cannot be put under.

        Raises:
            ConfigError: several requests at once, or at a rate, for a model that cannot be watched.
        """
        is_one_stream = self.concurrency == (1,) and not self.rates and self.replay is None
        if is_one_stream or capability is not Capability.GENERATES:
            return
        if isinstance(adapter, ForetellingAdapter) and not adapter.is_watchable:
            raise unwatchable()

    def idle_options(self, capabilities: Collection[Capability]) -> Mapping[str, str]:
        """Return the options that are not at their defaults and hold for none of the models."""
        is_any_generating = Capability.GENERATES in capabilities
        is_any_reading = any(each is not Capability.GENERATES for each in capabilities)
        idle = dict.fromkeys(() if is_any_generating else _OF_GENERATING, "")
        idle |= dict.fromkeys(() if is_any_reading else _OF_READING, "")
        if self.replay is not None and not self.concurrency and not is_any_reading:
            idle = _OF_THE_FILE | idle  # a model that takes no replay is the nearer reason
        defaults = {field.name: field.default for field in fields(self)}
        return {name: why for name, why in idle.items() if getattr(self, name) != defaults[name]}

    def prepare(self, *, limit: int | None, seed: int) -> LatencyTask:
        """Cross the lengths with the loads, and read what prompts and arrivals are made of.

        Args:
            limit: most rounds.
            seed: of texts and arrivals.

        Raises:
            DataError: a file of words or arrivals cannot be used.
            SourceError: the bytes are not to be had.
        """
        replayed = () if self.replay is None else read_arrivals(self.replay.fetch())
        grid = LoadGrid(
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            concurrency=self.concurrency,
            rates=self.rates or ((round(mean_rate(replayed), 6),) if replayed else ()),
            arrivals=self.arrivals,
            batch_sizes=self.batch_sizes,
            n_requests=self.requests,
            fewest_open=1 if self.slo is None else min(self.slo.fewest_requests, MOST_REQUESTS),
        )
        plan = Plan(
            generating=grid.generating(),
            reading=grid.reading(),
            words=WORDS if self.text is None else _words(self.text),
            replayed=replayed,
            min_duration_s=self.min_duration_s,
            most_warm_up_waves=self.warm_up,
            prefix_cache=self.prefix_cache,
            fixed_length=self.fixed_length,
            chat=self.chat,
            seed=seed,
        )
        return LatencyTask(
            plan=plan,
            n_samples=min(self.rounds, limit or self.rounds),
            metrics=tuple(self._metrics(plan)),
            slo=self.slo,
        )

    def _metrics(self, plan: Plan) -> Iterator[Latency]:
        for load in (*plan.generating, *plan.reading):
            for quantity in measures_of_load(load, self.slo, self.prices):
                yield self._metric(quantity, load.key)
        for shape in dict.fromkeys(map(_swept_shape, plan.generating)):
            if shape:
                yield self._metric("knee", shape)
        for quantity in WHOLE:
            yield self._metric(quantity, "")

    def _metric(self, quantity: str, load: str) -> Latency:
        is_judged = quantity in ("goodput", "attainment", "knee", "mem_rss_peak")
        return Latency(
            quantity=quantity,
            load=load,
            slo=self.slo if is_judged else None,
            prices=self.prices if quantity == "cost" else None,
        )


_FEWEST_WAVES = 3


def _swept_shape(load: Load) -> str:
    """Return what the rates of one sweep have in common; empty for a closed loop."""
    if load.rate_per_s is None:
        return ""
    return f"in={load.n_input_tokens},out={load.n_output_tokens}"


def _check_numbers(name: str, numbers: tuple[float, ...]) -> None:
    for number in numbers:
        if not number > 0:
            raise ConfigError(name, f"must be above 0, not {number}", "leave it out")
    if len(set(numbers)) < len(numbers):
        raise ConfigError(name, "holds a number twice", "write each once")


def _check_names(rates: tuple[float, ...]) -> None:
    """Refuse rates that no name can tell apart."""
    known: dict[str, float] = {}
    for rate in rates:
        key = Load(n_requests=1, n_input_tokens=1, rate_per_s=rate).key
        if key in known:
            shape = key.partition(",")[0]
            reason = f"{known[key]} and {rate} would both be called {shape}"
            raise ConfigError("rates", reason, "let them differ in the first six digits")
        known[key] = rate


def _words(source: Source) -> tuple[str, ...]:
    path = source.fetch()
    try:
        words = tuple(dict.fromkeys(path.read_text(encoding="utf-8").split()))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError("text", f"{path} cannot be read ({error})", "give a text file") from error
    if len(words) < _FEWEST_WORDS:
        reason = f"{path} has {len(words)} different words, and prompts would be alike"
        raise DataError("text", reason, f"give a text of {_FEWEST_WORDS} or more")
    return words
