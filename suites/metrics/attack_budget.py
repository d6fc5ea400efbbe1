"""The chart of an attack's successes against the number of its queries."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.core.figure import Figure, FigureKind

Floats: TypeAlias = NDArray[np.float64]


def budget_figure(found_at: Floats, control_found_at: Floats | None, n_queries: Floats) -> Figure:
    """Draw the share of samples that fall with a budget of so many queries.

    Args:
        found_at: (n,) budget that the success takes, as in ``Attacked``; 0 without one.
        control_found_at: likewise of the random search; None where there is none.
        n_queries: (n,) queries that the attack made.
    """
    last = int(n_queries.max())
    curves = [_curve("attack", found_at, last)]
    if control_found_at is not None:
        curves.append(_curve("random search", control_found_at, last))
    return Figure(
        kind=FigureKind.ATTACK_BUDGET,
        title="Success against queries",
        data={"n": int(found_at.size), "curves": curves},
    )


def _curve(label: str, found_at: Floats, last: int) -> dict[str, object]:
    """Return the steps of one curve, from the first query, when none has fallen, to the last."""
    numbers, counts = np.unique(found_at[found_at > 0], return_counts=True)
    fallen = np.cumsum(counts)
    total = int(fallen[-1]) if fallen.size else 0
    return {
        "label": label,
        "n_queries": [1, *map(int, numbers), last],
        "success_rate": [float(n) / found_at.size for n in (0, *fallen, total)],
    }
