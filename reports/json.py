"""The report as JSON: everything that was measured, for programs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import ClassVar

from harness.core.run import Evaluation, Run
from harness.reports.bias_data import bias_data
from harness.reports.explanation_data import explanation_data
from harness.reports.judgement_data import judgement_data
from harness.reports.plain_data import Json, plain
from harness.reports.robustness_data import robustness_data

SCHEMA_VERSION = 1
"""Of this document; raised when a key changes its meaning or goes away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonRenderer:
    """Writes manifest, estimates and figures; samples stay in the run folder.

    Of a run that was compared it writes the judgement too, and the histories it looked at;
    of a run of several models, what each loses and gains beside its base; of one with disturbed
    suites, what the disturbance costs; of one that probes for bias, what was found and what was
    not probed; of one with explained samples, what the methods come to.
    Keys are sorted, text is ASCII with escapes, and a number that is undefined is ``null``.
    """

    suffix: ClassVar[str] = ".json"

    def render(self, run: Run) -> str:
        """Return the document."""
        manifest = plain(run.manifest)
        if isinstance(manifest, dict):
            manifest["evaluations"] = [_evaluation(e) for e in run.manifest.evaluations]
        document: dict[str, Json] = {
            "schema_version": SCHEMA_VERSION,
            "manifest": manifest,
            "estimates": plain(run.estimates),
            "figures": [
                {"model": model, "suite": suite, "figures": plain(figures)}
                for (model, suite), figures in sorted(run.figures.items())
            ],
        }
        if run.judgement is not None:
            document["judgement"] = judgement_data(run.judgement)
        if run.tradeoff is not None:
            document["tradeoff"] = plain(run.tradeoff)
        if run.robustness:
            document["robustness"] = [robustness_data(found) for found in run.robustness]
        if run.bias is not None:
            document["bias"] = bias_data(run.bias)
        if run.explanations:
            document["explanations"] = [explanation_data(found) for found in run.explanations]
        if run.history:
            document["history"] = plain(run.history)
        return json.dumps(document, indent=2, sort_keys=True, allow_nan=False) + "\n"


def _evaluation(evaluation: Evaluation) -> Json:
    """Return an evaluation with its coverage, which readers would otherwise work out again."""
    value = plain(evaluation)
    return {**value, "coverage": evaluation.coverage} if isinstance(value, dict) else value
