"""When the requests of an open loop are due: an absolute schedule, whatever becomes of them."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

from harness.core.errors import DataError
from harness.core.load import Arrivals, Load

_NS_PER_S = 1e9


def due_times(
    load: Load, *, n: int, seed: str, replayed: Sequence[float] = ()
) -> tuple[int | None, ...]:
    """Return the nanoseconds after the load's begin at which each request is due.

    Poisson arrivals have exponential gaps, constant ones equal gaps, and replayed ones those of a
    file. All are stretched to the load's rate, so that what is offered is what it is called: left
    to chance, a hundred Poisson arrivals come at a rate that is off by a tenth (as in vLLM).

    Args:
        load: the load point; all None for a closed loop.
        n: how many requests.
        seed: of the exponential gaps: equal for all models that take turns in a round.
        replayed: seconds, rising, from 0; of a replay as many as ``n``.

    Returns:
        Of n requests at rate r the last is due at (n - 1) / r seconds.

    >>> due_times(Load(n_requests=3, n_input_tokens=1, rate_per_s=2.0, arrivals="constant"),
    ...           n=3, seed="")
    (0, 500000000, 1000000000)
    """
    if load.rate_per_s is None:
        return (None,) * n
    times = replayed[:n] if load.arrivals == "replay" else _drawn(load.arrivals, n, seed)
    pace = mean_rate(times) / load.rate_per_s if n > 1 else 1.0
    return tuple(round(at * pace * _NS_PER_S) for at in times)


def _drawn(arrivals: Arrivals, n: int, seed: str) -> Sequence[float]:
    """Return moments of arrival from 0, at a mean rate of about one."""
    draw = random.Random(seed)  # noqa: S311 - a schedule, no secret
    gaps = (1.0 if arrivals == "constant" else draw.expovariate(1.0) for _ in range(n - 1))
    return tuple(accumulate(gaps, initial=0.0))


def mean_rate(arrivals: Sequence[float]) -> float:
    """Return the arrivals per second between the first and the last.

    >>> mean_rate([0.0, 0.5, 1.0])
    2.0
    """
    return (len(arrivals) - 1) / (arrivals[-1] - arrivals[0])


def read_arrivals(path: Path) -> tuple[float, ...]:
    """Read seconds, one a line, and let the first be 0.

    Raises:
        DataError: a line is no number, they fall, or they are too few to have a rate.
    """
    times: list[float] = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(str(path), f"cannot be read ({error})", "check the path") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            times.append(_second(line, times, f"{path}, line {number}"))
    if len(times) < 2 or times[-1] == times[0]:  # noqa: PLR2004 - a rate needs two
        raise DataError(str(path), "holds no two moments", "write a second of arrival per line")
    return tuple(at - times[0] for at in times)


def _second(line: str, before: Sequence[float], where: str) -> float:
    try:
        at = float(line)
    except ValueError:
        raise DataError(where, f"{line!r} is no number", "write seconds") from None
    if not math.isfinite(at) or (before and at < before[-1]):
        raise DataError(where, f"{at} comes before the line above it", "sort the file")
    return at
