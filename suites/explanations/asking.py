"""Asks what a model says of a text with parts masked."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from harness.core.response import InsideAnswer

if TYPE_CHECKING:
    from harness.core.explainer import Masks, Outputs

_ROWS = 4096
"""Most masks of one round, so that their texts need little memory."""


def outputs_of(
    masks: Masks,
) -> Generator[Masks, Outputs | Sequence[InsideAnswer], Outputs]:
    """Return the outputs, (m, C), of the texts of m masks, asked about in rounds."""
    told = []
    for start in range(0, len(masks), _ROWS):
        outputs = yield masks[start : start + _ROWS]
        assert isinstance(outputs, np.ndarray)  # what masks are answered with
        told.append(outputs)
    return np.concatenate(told)
