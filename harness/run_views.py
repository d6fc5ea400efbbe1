"""What a report of a run shows beside what its folder keeps: worked out when it is made."""

from __future__ import annotations

from pathlib import Path

from harness.bias import with_bias
from harness.core.run import Run
from harness.explanations import with_explanations
from harness.robustness import with_robustness
from harness.trade_off import with_tradeoff


def with_views(run: Run, folder: Path) -> Run:
    """Return the run with its models and suites held together, bias and explanations told.

    Args:
        run: as loaded from ``folder``, or the part of it that is one model's.
        folder: its folder.

    Raises:
        StoreError: the records are missing or damaged.
    """
    compared = with_robustness(with_tradeoff(run, folder), folder)
    return with_explanations(with_bias(compared, folder), folder)
