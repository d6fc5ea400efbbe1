"""From the key ``perturb`` of a suite to suites that ask about the same texts, disturbed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from harness import registry
from harness.core.build import Problems, build, shown
from harness.core.errors import ConfigError
from harness.core.ports import Perturbation
from harness.core.spec import SuiteSpec

_REMEDY = 'write perturb = ["typos", {name = "ocr", rate = 0.1}]'


def perturbed_suites(
    clean: SuiteSpec, entries: Any, where: str, problems: Problems
) -> Iterator[SuiteSpec]:
    """Yield one suite for each perturbation, named ``CLEAN ~ LABEL``.

    Args:
        clean: the suite that has the key.
        entries: its value: names, or tables with a ``name`` and options.
        where: the suite's place in the spec.
        problems: receives what is wrong.
    """
    place = f"{where}.perturb"
    if not isinstance(entries, list):
        problems.add(place, f"must be a list, not {shown(entries)}", _REMEDY)
        return
    if entries and not getattr(clean.suite, "asks_about_text", False):
        reason = f"the suite {clean.suite_name!r} makes its questions itself"
        problems.add(place, f"{reason}: there is no text of a sample to disturb", "leave it out")
        return
    labels: set[str] = set()
    for number, entry in enumerate(entries):
        perturbation = _perturbation(entry, f"{place}[{number}]", problems)
        if perturbation is None:
            continue
        if perturbation.label in labels:
            problems.add(f"{place}[{number}]", f"is {perturbation.label!r} again", "name it once")
        labels.add(perturbation.label)
        yield dataclasses.replace(
            clean,
            name=f"{clean.name} ~ {perturbation.label}",
            perturbation=perturbation,
            clean=clean.name,
        )


def _perturbation(entry: Any, where: str, problems: Problems) -> Perturbation | None:
    table = {"name": entry} if isinstance(entry, str) else entry
    if not isinstance(table, Mapping) or not isinstance(table.get("name"), str):
        problems.add(where, f"must be a name or a table with one, not {shown(entry)}", _REMEDY)
        return None
    try:
        factory = registry.find("perturbations", table["name"], where)
    except ConfigError as error:
        problems.keep(error)
        return None
    options = {key: value for key, value in table.items() if key != "name"}
    made: Perturbation | None = build(factory, options, where, problems)
    return made
