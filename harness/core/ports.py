"""The doors of the rooms: what an adapter, a suite, a metric and a renderer must offer.

Each is registered by entry point (groups ``harness.adapters``, ``harness.suites``,
``harness.metrics``, ``harness.reports``, ``harness.sites``) as a frozen dataclass whose fields
are its options. Its constructor stores them and does nothing else; the spec's tables are checked
against the fields, so an option exists exactly when a field does.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeAlias, runtime_checkable

from harness.core.attacked import Found, Guess
from harness.core.capability import Capability
from harness.core.estimate import Estimate, Interval
from harness.core.figure import Figure
from harness.core.identity import Identity
from harness.core.request import Differentiate, Payload, Request
from harness.core.response import Exchange, Output
from harness.core.sample import Sample
from harness.core.score import Quantity, Score, Unscored
from harness.core.token_gradients import TokenGradients

if TYPE_CHECKING:
    import random

    import numpy as np
    from numpy.typing import NDArray

    from harness.core.run import Record, Run
    from harness.core.site import Line, Overview, PublishedRun

    Floats: TypeAlias = NDArray[np.float64]
    Integers: TypeAlias = NDArray[np.int64]


Search: TypeAlias = Generator[Sequence[str], Sequence[Guess], Found]
"""A search under way: it yields texts to ask about, is sent what the model takes each for (fewer
than asked, the first of them, once the budget is used up), and returns what it has found: a text
that it has asked about, or the original. An answer that no label can be read from is sent as a
guess with an empty label that takes the search no further."""

GradientSearch: TypeAlias = Generator[
    Sequence[str] | Sequence[Differentiate], Sequence[Guess] | Sequence[TokenGradients], Found
]
"""A search that may also yield questions for gradients, no texts among them, and is sent as many
answers. They are counted on their own and take nothing from the budget, which is for what a search
may ask about: one that only asks for gradients comes to nothing. Its attack has to say so (see
``GradientAttack``)."""


class Session(Protocol):
    """A loaded model."""

    @property
    def identity(self) -> Identity:
        """What the model is; known once it is loaded."""
        ...

    def respond(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        """Answer all requests, in any order, each as soon as it is done.

        Exactly one exchange per request. A request that cannot be answered yields a ``Failure``;
        only the loss of the model itself raises.

        Raises:
            AdapterError: the model is gone and no further request can be answered.
        """
        ...

    def close(self) -> None:
        """Give back memory, processes and connections. Safe to call twice."""
        ...


@runtime_checkable
class Adapter(Protocol):
    """The description of one model; cheap to make, nothing loaded."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What the model can do, told from the options alone."""
        ...

    def open(self) -> Session:
        """Load the model.

        Raises:
            AdapterError: it cannot be loaded.
            ConfigError: an option is wrong in a way only loading can show.
        """
        ...


class Metric(Protocol):
    """How an answer becomes statistics, and how weighted statistics become numbers.

    A metric is a functional of sample weights: ``reduce`` with all weights 1 is the value,
    with multinomial weights a bootstrap replicate, with one weight 0 a jackknife replicate.
    """

    @property
    def name(self) -> str:
        """Registered name."""
        ...

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """The q numbers that ``reduce`` returns, in order."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the k statistics that ``measure`` returns, in order."""
        ...

    @property
    def signature(self) -> Mapping[str, str]:
        """Settings that change the number."""
        ...

    @property
    def is_additive(self) -> bool:
        """Whether rows with equal weight may be added up first: large sets then cost little."""
        ...

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return k statistics of one answer, or why there are none."""
        ...

    def reduce(self, statistics: Floats, weights: Floats) -> Floats:
        """Return the quantities under each set of weights.

        Args:
            statistics: (n, k), one row per scored sample.
            weights: (b, n), non-negative.

        Returns:
            (b, q); NaN where a quantity is undefined under those weights. (Inside arrays NaN is
            the only way to say so; it becomes None in the Estimate.)
        """
        ...

    def intervals(
        self, statistics: Floats, clusters: Integers | None, level: float
    ) -> Mapping[str, Interval]:
        """Closed-form intervals by quantity id (Wilson, t, DeLong); the rest is bootstrapped.

        Args:
            statistics: (n, k).
            clusters: (n,) cluster codes, or None when samples are independent.
            level: confidence level in (0, 1).
        """
        ...

    def figures(self, statistics: Floats) -> tuple[Figure, ...]:
        """Charts that the statistics allow; none by default."""
        ...


class CorpusMetric(Protocol):
    """A metric that only makes sense on a whole set of answers (distinct-n, ``evaluate:NAME``).

    It is recomputed on the set less each of some twenty groups, for a jackknife interval.
    """

    @property
    def name(self) -> str:
        """Registered name."""
        ...

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """What ``compute`` returns."""
        ...

    @property
    def signature(self) -> Mapping[str, str]:
        """Settings that change the number."""
        ...

    def compute(self, samples: Sequence[Sample], outputs: Sequence[Output]) -> Mapping[str, float]:
        """Return the quantities by id."""
        ...


class Task(Protocol):
    """A suite with its data at hand: checked, counted and hashed, no model involved."""

    @property
    def n_samples(self) -> int:
        """How many samples ``samples`` yields."""
        ...

    @property
    def data_hash(self) -> str:
        """SHA-256 (hex) over the samples' contents in order."""
        ...

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Metrics with per-sample statistics."""
        ...

    @property
    def corpus_metrics(self) -> tuple[CorpusMetric, ...]:
        """Metrics on the whole set."""
        ...

    def samples(self) -> Iterator[Sample]:
        """Yield the samples in order; may be called again."""
        ...

    def ask(self, sample: Sample, capability: Capability) -> Payload:
        """Return the question to send, in the form the chosen capability answers."""
        ...

    def read(self, sample: Sample, output: Output) -> Output | Unscored:
        """Turn the raw output into what the metrics measure (a parsed label, say)."""
        ...

    def figures(self, estimates: Sequence[Estimate]) -> tuple[Figure, ...]:
        """Charts made from this suite's estimates (a learning curve); none by default."""
        ...


@runtime_checkable
class Perturbation(Protocol):
    """A way to disturb a text, as its readers or its author might by accident or design."""

    @property
    def label(self) -> str:
        """Name with the options that differ from the default: ``typos``, ``typos rate=0.1``."""
        ...

    @property
    def signature(self) -> Mapping[str, str]:
        """What changes its texts: the version of its code and the hashes of its word lists."""
        ...

    def perturb(self, text: str, rng: random.Random) -> str:
        """Return the text disturbed; as it is where there is nothing to disturb."""
        ...


@runtime_checkable
class Attack(Protocol):
    """A search for a text that is close to a given one and that the model takes for another."""

    @property
    def label(self) -> str:
        """Name with the options that differ from the default: ``pwws``, ``pwws budget=200``."""
        ...

    @property
    def signature(self) -> Mapping[str, str]:
        """What changes its outcome: version of the recipe, options, hashes of its word lists."""
        ...

    @property
    def budget(self) -> int | None:
        """Most queries for one sample; None without a bound."""
        ...

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What is measured of an ``Attacked``."""
        ...

    def search(self, text: str, clean: Guess, rng: random.Random) -> Search | GradientSearch:
        """Start on one text, which the model is right about.

        Args:
            text: the sample's.
            clean: what the model takes it for.
            rng: drawn from seed, recipe and sample id alone, so that no neighbour has a part in it.

        Raises:
            DataError: the recipe's word lists cannot be had.
        """
        ...

    def control(
        self, text: str, clean: Guess, rng: random.Random
    ) -> Search | GradientSearch | None:
        """Return a random search over the same changes; None for a recipe that has none.

        It goes on until it succeeds or is sent nothing more.
        """
        ...


@runtime_checkable
class Suite(Protocol):
    """The description of one suite; cheap to make, nothing read."""

    needs: ClassVar[tuple[Capability, ...]]
    """Any one of these will do; the first that the adapter has is used."""

    def prepare(self, *, limit: int | None, seed: int) -> Task:
        """Read and check the data.

        Args:
            limit: ask about at most this many samples, drawn with ``seed``; None for all.
            seed: for the draw of the limit, and of anything else that is drawn.

        Raises:
            DataError: the data cannot be used as the spec says.
            SourceError: the bytes are not to be had.
        """
        ...


@runtime_checkable
class Renderer(Protocol):
    """Writes a run as a document. A pure function of what is stored."""

    suffix: ClassVar[str]
    """File ending with its dot, such as ``.html``."""

    def render(self, run: Run) -> str:
        """Return the whole document."""
        ...


@runtime_checkable
class SiteRenderer(Protocol):
    """Writes many runs as one site. Its documents are pure functions of what is stored.

    Every method returns documents by their paths in the site; nothing is written. A path names
    one run or line for as long as it lives.
    """

    @property
    def version(self) -> str:
        """Changes whenever the same values would give other documents."""
        ...

    def shared(self) -> Mapping[str, str]:
        """Return what all pages share, each path new whenever its content is."""
        ...

    def run(self, published: PublishedRun) -> Mapping[str, str]:
        """Return the documents of one run."""
        ...

    def line(self, line: Line) -> Mapping[str, str]:
        """Return the documents of one line of runs."""
        ...

    def whole(self, overview: Overview) -> Mapping[str, str]:
        """Return the first page, and all others that concern every run."""
        ...


class Progress(Protocol):
    """Is told how far a run has come."""

    def begin(self, model: str, suite: str, n_samples: int) -> None:
        """A suite starts on a model."""
        ...

    def advance(self, *, failed: bool) -> None:
        """One more sample has been answered (or has failed)."""
        ...

    def note(self, text: str) -> None:
        """Something worth a line: a model being loaded, a warning."""
        ...


class Recorder(Protocol):
    """Keeps answers as they come."""

    def append(self, record: Record) -> None:
        """Write one record; it survives the end of this process from here on."""
        ...
