"""The parts of the documentation that are made from the code, between two marks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from harness.core.text_measures import TextMeasures
from pages.detectors import detector_table
from pages.options import inner_sections, option_sections, option_table, policy_sections
from pages.perturbations import perturbation_sections
from pages.quantities import metric_sections
from pages.word_lists import word_list_table

ROOT = Path(__file__).parents[2]
PARTS: Mapping[str, Callable[[], str]] = {
    "adapters": lambda: option_sections("adapters"),
    "suites": lambda: option_sections("suites"),
    "detectors": detector_table,
    "inner tables": inner_sections,
    "metrics": metric_sections,
    "perturbations": perturbation_sections,
    "variations": lambda: option_sections("variations"),
    "policy": policy_sections,
    "text measures": lambda: option_table(TextMeasures),
    "word lists": word_list_table,
}
PAGES = (
    "docs/spec.md",
    "docs/judges.md",
    "docs/metrics.md",
    "docs/judgement.md",
    "docs/data.md",
    "docs/robustness_forms.md",
    "docs/robustness_perturbations.md",
    "docs/robustness_probes.md",
)
_MARKED = re.compile(r"(<!-- generated: ([\w ]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def regenerated(page: str) -> str:
    """Return a page with each marked part made anew."""
    return _MARKED.sub(lambda m: f"{m[1]}\n{PARTS[m[2]]()}\n\n{m[3]}", page)
