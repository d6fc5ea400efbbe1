"""Which judges a spec uses, and whether they can do what they will be asked."""

from __future__ import annotations

from collections.abc import Iterator

from harness.core.build import Problems
from harness.core.errors import CapabilityError
from harness.core.judge import Use, uses_in
from harness.core.spec import RunSpec, SuiteSpec


def uses_of(spec: RunSpec) -> Iterator[tuple[str, Use]]:
    """Yield every option that names a judge, with the place that it stands in."""
    for use in uses_in(spec.measures):
        yield "spec", use
    for suite in spec.suites:
        for use in uses_of_suite(suite):
            yield f"suite {suite.name!r}", use


def uses_of_suite(suite: SuiteSpec) -> Iterator[Use]:
    """Yield every option of a suite, or of what changes its texts, that names a judge."""
    for thing in (suite.suite, suite.perturbation, suite.attack):
        yield from uses_in(thing)


def check_judges(spec: RunSpec, problems: Problems) -> None:
    """Note each judge that cannot do what an option needs it for, once for a suite's variants."""
    told: set[tuple[str, str]] = set()
    for place, use in uses_of(spec):
        has = use.judge.adapter.capabilities
        if use.capability is None or use.capability in has:
            continue
        if (use.option, use.judge.name) in told:
            continue
        told.add((use.option, use.judge.name))
        can = " and ".join(sorted(has)) or "does nothing"
        reason = (
            f"needs a judge that {use.capability}, but {use.judge.name!r}, of the adapter"
            f" {use.judge.adapter_name!r} as configured, {can}"
        )
        problems.keep(CapabilityError(f"{place}, option {use.option!r}", reason, "name another"))


def idle_judges(spec: RunSpec) -> Iterator[str]:
    """Yield a sentence for each judge that nobody asks, and each measure that has no texts."""
    used = {use.judge.name for _, use in uses_of(spec)}
    for judge in spec.judges:
        if judge.name not in used:
            yield f"judge {judge.name!r} was not used, as no option names it"
    if not any(suite.perturbation or suite.attack for suite in spec.suites):
        for use in uses_in(spec.measures):
            yield f"{use.option} was not measured, as no suite perturbs or attacks its texts"
