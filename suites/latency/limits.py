"""What a user promises to his users, and what he pays: the tables inside the suite's options."""

from __future__ import annotations

import math
from dataclasses import dataclass

from harness.core.errors import ConfigError

CONFIDENCE = 0.95
"""With which a rate's share of good requests has to reach the objective's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slo:
    """Service-level objectives. A request is good that is answered within every one of them."""

    ttft_ms: float | None = None
    """Most milliseconds to the first token; in an open loop since the request was due."""
    tpot_ms: float | None = None
    """Most milliseconds per output token after the first; of an answer that came in one piece, per
    output token of the whole time."""
    e2e_ms: float | None = None
    """Most milliseconds to the whole answer; in an open loop since the request was due."""
    attainment: float = 0.9
    """Share of all requests that has to be good for a rate to count as sustained. To prove it takes
    29 requests at 0.9, 59 at 0.95, 299 at 0.99: an open loop sends so many at least. Of ``rates``
    it has to be one that 10,000 requests prove, 0.9997 or less, unless ``requests`` are more."""

    def __post_init__(self) -> None:
        """Refuse an objective that nothing or everything meets.

        Raises:
            ConfigError: a limit that is not positive, none at all, or a share out of its range.
        """
        limits = {"ttft_ms": self.ttft_ms, "tpot_ms": self.tpot_ms, "e2e_ms": self.e2e_ms}
        for name, limit in limits.items():
            if limit is not None and not limit > 0:
                raise ConfigError(name, f"must be above 0, not {limit}", "write milliseconds")
        if all(limit is None for limit in limits.values()):
            raise ConfigError("", "sets no limit", "add ttft_ms, tpot_ms or e2e_ms")
        if not 0 < self.attainment < 1:
            raise ConfigError(
                "attainment", f"must lie between 0 and 1, not {self.attainment}", "write 0.9"
            )

    @property
    def fewest_requests(self) -> int:
        """Requests that prove the attainment with ``CONFIDENCE`` where all of them are good.

        >>> [Slo(e2e_ms=1.0, attainment=share).fewest_requests for share in (0.9, 0.95, 0.99)]
        [29, 59, 299]
        """
        return math.ceil(math.log(1 - CONFIDENCE) / math.log(self.attainment))


def highest_attainment(n_requests: int) -> float:
    """Return the highest share, to four digits, that so many good requests prove.

    >>> highest_attainment(29), highest_attainment(10_000)
    (0.9018, 0.9997)
    """
    return math.floor(math.exp(math.log(1 - CONFIDENCE) / n_requests) * 1e4) / 1e4


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What a provider asks; cached tokens are charged in full."""

    input_per_million: float
    """Price of a million input tokens."""
    output_per_million: float
    """Price of a million output tokens."""
    currency: str = "USD"
    """A name for tables; nothing is converted."""

    def __post_init__(self) -> None:
        """Refuse prices that are none.

        Raises:
            ConfigError: a negative price.
        """
        for name in ("input_per_million", "output_per_million"):
            price = getattr(self, name)
            if not price >= 0:
                raise ConfigError(name, f"must be at least 0, not {price}", "write a price")
