"""The table of detectors with their error rates."""

from __future__ import annotations

from harness.suites.probes.error_rate import ErrorRate
from harness.suites.probes.leak_detector import LeakDetector
from harness.suites.probes.refusal_detector import RefusalDetector
from harness.suites.probes.trigger_detector import TriggerDetector
from pages.wording import table

_DETECTORS: tuple[tuple[str, str, int, ErrorRate], ...] = (
    ("trigger", "`injection`", TriggerDetector.version, TriggerDetector.error),
    ("leak", "`leakage`", LeakDetector.version, LeakDetector.error),
    ("refusal", "`refusal`, `jailbreak`", RefusalDetector.version, RefusalDetector.error),
)


def detector_table() -> str:
    """Return one row for each, its error rate that of the answers held out."""
    rows = [
        (name, suites, str(version), error.words) for name, suites, version, error in _DETECTORS
    ]
    return table(("detector", "grades", "version", "error, with 95 % intervals"), rows)
