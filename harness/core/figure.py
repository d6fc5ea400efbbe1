"""A chart as data: what to draw, not how. Renderers decide the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class FigureKind(StrEnum):
    """Each kind fixes the keys of ``Figure.data``; all lists are plain JSON numbers or strings."""

    CONFUSION_MATRIX = "confusion_matrix"
    """labels: [C]; counts: [C][C], row = target, column = prediction."""
    ROC = "roc"
    """curves: [{label, false_positive_rate: [], true_positive_rate: [], auc}]."""
    PRECISION_RECALL = "precision_recall"
    """curves: [{label, recall: [], precision: [], average_precision, prevalence}]."""
    RELIABILITY = "reliability"
    """bins: [{low, high, n, confidence, accuracy, band_low, band_high}], the band being what a
    perfectly calibrated model would show at this n; ece, ece_band: [low, high]."""
    LEARNING_CURVE = "learning_curve"
    """metric; points: [{n_train, value, low, high}]."""
    HISTOGRAM = "histogram"
    """x_title; edges: [B+1]; counts: [B]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One chart of one suite and model."""

    kind: FigureKind
    title: str
    data: Mapping[str, object]
