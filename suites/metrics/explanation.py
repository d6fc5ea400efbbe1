"""What is measured of explanations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.suites.metrics.explanation_faithfulness import ExplanationFaithfulness

if TYPE_CHECKING:
    from harness.core.ports import Metric

EXPLANATION_METRICS: tuple[Metric, ...] = (ExplanationFaithfulness(),)
