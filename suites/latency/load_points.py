"""From lists of lengths and shapes to load points: their product, in a fixed order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from harness.core.load import Arrivals, Load

_FEWEST_WAVES = 5
"""Of a closed loop: the first one and the last are no part of its steady time."""
_FEWEST_ENDS = 16
"""Of a narrow loop, beyond four waves. The rate of k answers is told too high by their squared
coefficient of variation over 2 k: by 3 % of 16 whose times are exponential."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadGrid:
    """What is crossed with what."""

    input_tokens: Sequence[int]
    output_tokens: Sequence[int]
    concurrency: Sequence[int]
    rates: Sequence[float]
    arrivals: Arrivals
    batch_sizes: Sequence[int]
    n_requests: int
    fewest_open: int = 1
    """Requests of an open loop that an objective takes to be proven."""

    def generating(self) -> tuple[Load, ...]:
        """Return the load points of a model that generates: closed loops, then open ones."""
        return tuple(self._generating())

    def reading(self) -> tuple[Load, ...]:
        """Return the load points of a classifier or encoder."""
        return tuple(
            Load(n_requests=self.n_requests, n_input_tokens=n_input, batch_size=batch_size)
            for n_input, batch_size in product(self.input_tokens, self.batch_sizes)
        )

    def _generating(self) -> Iterator[Load]:
        for n_input, n_output in product(self.input_tokens, self.output_tokens):
            for concurrency in self.concurrency:
                fewest = 1 if concurrency == 1 else _fewest_of_several(concurrency)
                yield Load(
                    n_requests=max(self.n_requests, fewest),
                    n_input_tokens=n_input,
                    n_output_tokens=n_output,
                    concurrency=concurrency,
                )
            for rate in sorted(self.rates):
                yield Load(
                    n_requests=max(self.n_requests, self.fewest_open),
                    n_input_tokens=n_input,
                    n_output_tokens=n_output,
                    rate_per_s=rate,
                    arrivals=self.arrivals,
                )


def _fewest_of_several(concurrency: int) -> int:
    return (_FEWEST_WAVES - 1) * concurrency + max(concurrency, _FEWEST_ENDS)
