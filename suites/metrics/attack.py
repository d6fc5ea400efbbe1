"""What is measured of attacks that turn a label."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.suites.metrics.accuracy_under_attack import AccuracyUnderAttack
from harness.suites.metrics.attack_change import AttackChange
from harness.suites.metrics.attack_control import AttackControl
from harness.suites.metrics.attack_control_change import AttackControlChange
from harness.suites.metrics.attack_cost import AttackCost
from harness.suites.metrics.attack_success import AttackSuccess

if TYPE_CHECKING:
    from harness.core.ports import Metric

METRICS_WITHOUT_CONTROL: tuple[Metric, ...] = (
    AttackSuccess(),
    AccuracyUnderAttack(),
    AttackCost(),
    AttackChange(),
)
"""For a recipe that has no random search beside it."""
ATTACK_METRICS: tuple[Metric, ...] = (
    *METRICS_WITHOUT_CONTROL[:2],
    AttackControl(),
    AttackControlChange(),
    *METRICS_WITHOUT_CONTROL[2:],
)
"""For a recipe that has one."""
