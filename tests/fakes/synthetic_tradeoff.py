"""A trade-off that never was: a base and three variants of it."""

from __future__ import annotations

from harness.core.comparison import Difference
from harness.core.estimate import Interval
from harness.core.score import Direction, Quantity
from harness.core.tradeoff import Alternative, Gain, Tradeoff

PERPLEXITY = Quantity(
    id="bits_per_byte", direction=Direction.LOWER, definition="", high=None, is_headline=True
)
TPOT = Quantity(
    id="tpot_p50@c=1", direction=Direction.LOWER, definition="", high=None, unit="round"
)


def loss(difference: float, half_width: float = 0.01) -> Difference:
    """Return how far a model is from the base."""
    return Difference(
        suite="news", model="", metric="perplexity", quantity=PERPLEXITY, baseline=1.0,
        candidate=1.0 + difference, difference=difference, stderr=half_width / 2, p_value=0.5,
        interval=Interval(
            low=difference - half_width, high=difference + half_width, level=0.95, method="t"
        ),
        test="paired-t", detectable=None, n=40, n_clusters=40, n_unpaired=0,
    )  # fmt: skip


def gain(ratio: float) -> Gain:
    """Return a speed-up."""
    return Gain(
        kind="speed", suite="speed", quantity=TPOT, base=0.1, value=0.1 / ratio, ratio=ratio, n=8,
        interval=Interval(low=0.9 * ratio, high=1.1 * ratio, level=0.95, method="paired-runs-t"),
    )  # fmt: skip


def synthetic_tradeoff() -> Tradeoff:
    """Return it: ``fast`` and ``sound`` are optimal, ``poor`` is beaten by ``fast``."""
    return Tradeoff(
        base="whole",
        base_variant="none",
        base_bytes=4 * 2**20,
        has_one_source=True,
        level=0.95,
        alternatives=(
            Alternative(
                model="fast", variant="dynamic-int8", parameter_bytes=2**20,
                quality=(loss(0.02),), gains=(gain(2.0),),
            ),
            Alternative(
                model="sound", variant="bf16", parameter_bytes=2 * 2**20,
                quality=(loss(-0.001),), gains=(gain(1.2),),
            ),
            Alternative(
                model="poor", variant="pruned-90", parameter_bytes=4 * 2**20,
                quality=(loss(0.5),), gains=(gain(1.0),), notes=("news: nothing in common",),
            ),
        ),
    )  # fmt: skip
