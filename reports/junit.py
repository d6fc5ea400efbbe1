"""The run as JUnit XML: each suite on each model is a test that build servers can show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar
from xml.etree import ElementTree as ET

from harness.core.estimate import Estimate
from harness.core.run import Evaluation, Manifest, Run, Status
from harness.reports.junit_elements import element, properties
from harness.reports.junit_gates import gate_cases
from harness.reports.load_marks import Marks, marks_of
from harness.reports.number_format import parse_time
from harness.reports.standing import coverage_sentence, is_below_floor, standing
from harness.reports.unit_format import estimate_text
from harness.reports.visible_text import one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class JunitRenderer:
    """Writes a test case per suite and model, with its numbers as properties.

    A test case is an error when the suite could not be carried out, and a failure when too few
    samples were answered. A run that measured nothing is an error of its own, never an empty pass.
    Of a run that was compared, every gate is a test case too.
    """

    suffix: ClassVar[str] = ".xml"

    def render(self, run: Run) -> str:
        """Return the document."""
        manifest = run.manifest
        cases = [_case(e, run) for e in manifest.evaluations] or [_nothing(manifest)]
        if run.judgement is not None:
            cases += gate_cases(run.judgement)
        n_errors = sum(case.find("error") is not None for case in cases)
        n_failures = sum(case.find("failure") is not None for case in cases)
        counts = {
            "name": manifest.name,
            "tests": str(len(cases)),
            "failures": str(n_failures),
            "errors": str(n_errors),
            "time": _seconds(e.wall_s for e in manifest.evaluations),
        }
        root = element("testsuites", **counts)
        skipped = str(sum(case.find("skipped") is not None for case in cases))
        suite = element("testsuite", **counts, skipped=skipped, **_timestamp(manifest))
        suite.append(properties(_run_facts(manifest)))
        suite.extend(cases)
        root.append(suite)
        ET.indent(root)
        body = ET.tostring(root, encoding="unicode")
        return f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'


def _case(evaluation: Evaluation, run: Run) -> ET.Element:
    case = element(
        "testcase",
        classname=evaluation.model,
        name=evaluation.suite,
        time=_seconds([evaluation.wall_s]),
    )
    mine = [e for e in run.estimates if _is_of(e, evaluation)]
    marks = marks_of(evaluation)
    case.append(properties({e.quantity.id: _marked_text(e, marks) for e in mine}))
    problem = _problem(evaluation, mine, run.manifest)
    if problem is not None:
        case.append(problem)
    if marks:
        told = element("system-out")
        told.text = "\n".join(one_line(f"{load}, {mark.sentence}") for load, mark in marks.items())
        case.append(told)
    return case


def _marked_text(e: Estimate, marks: Marks) -> str:
    mark = marks.get(e.quantity.load)
    return estimate_text(e) if mark is None else f"{estimate_text(e)} ({mark.word})"


def _problem(
    evaluation: Evaluation, estimates: list[Estimate], manifest: Manifest
) -> ET.Element | None:
    if evaluation.error:
        return element("error", type="suite", message=evaluation.error)
    if is_below_floor(evaluation, manifest):
        return element("failure", type="coverage", message=coverage_sentence(evaluation, manifest))
    if not any(estimate.value is not None for estimate in estimates):
        return element("error", type="empty", message="nothing was measured")
    if manifest.status in {Status.RUNNING, Status.INTERRUPTED}:
        message = f"the run is not finished: {standing(manifest).counts}"
        return element("error", type="unfinished", message=message)
    return None


def _nothing(manifest: Manifest) -> ET.Element:
    case = element("testcase", classname=manifest.name, name="run", time="0.000")
    case.append(element("error", type="empty", message="nothing was measured"))
    return case


def _is_of(estimate: Estimate, evaluation: Evaluation) -> bool:
    of_pair = (estimate.model, estimate.suite) == (evaluation.model, evaluation.suite)
    return of_pair and estimate.slice is None


def _timestamp(manifest: Manifest) -> dict[str, str]:
    """Return the start as strict parsers want it: to the second, without a zone."""
    moment = parse_time(manifest.started_at)
    return {} if moment is None else {"timestamp": f"{moment:%Y-%m-%dT%H:%M:%S}"}


def _run_facts(manifest: Manifest) -> dict[str, str]:
    return {
        "run_id": manifest.run_id,
        "status": manifest.status.value,
        "coverage": standing(manifest).counts,
        "seed": str(manifest.seed),
    }


def _seconds(seconds: Iterable[float]) -> str:
    return f"{sum(seconds):.3f}"
