"""How a model bears disturbed texts, for programs."""

from __future__ import annotations

from harness.core.robustness import Robustness, Share
from harness.reports.plain_data import Json, plain


def robustness_data(found: Robustness) -> dict[str, Json]:
    """Return it as plain data; of the examples the ids, whose texts are in the run folder."""
    return {
        "model": found.model,
        "suite": found.suite,
        "level": found.level,
        "quantity": found.lead,
        "disturbed": [
            {
                "suite": row.suite,
                "perturbation": row.perturbation,
                "drops": [plain(drop) for drop in row.drops],
                "changed": share_data(row.changed),
                "flipped": share_data(row.flipped),
                "n_flipped_alone": row.n_flipped_alone,
                "n_failed_clean": row.n_failed_clean,
                "n_failed": row.n_failed,
                "changes_target": row.changes_target,
                "closeness": plain(row.closeness),
                "note": row.note,
            }
            for row in found.disturbed
        ],
        "overall": [plain(overall) for overall in found.overall],
        "attacks": [plain(attack) for attack in found.attacks],
        "examples": [
            {
                "by": one.by,
                "suite": one.disturbed.suite,
                "sample_id": one.clean.sample.id,
                "measured": plain(one.measured),
            }
            for one in found.examples
        ],
        "notes": list(found.notes),
    }


def share_data(share: Share | None) -> Json:
    """Return a share with its value, which readers would otherwise work out again."""
    value = plain(share)
    return {**value, "value": share.value} if share and isinstance(value, dict) else value
