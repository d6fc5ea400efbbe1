"""Which capability a suite will use of an adapter, settled before anything is loaded."""

from __future__ import annotations

from harness.core.build import Problems
from harness.core.capability import Capability
from harness.core.errors import CapabilityError
from harness.core.spec import ModelSpec, RunSpec, SuiteSpec


def capability_for(suite: SuiteSpec, model: ModelSpec) -> Capability:
    """Return the first capability in the suite's order that the adapter has.

    Raises:
        CapabilityError: it has none of them; the message names both sides.
    """
    has = model.adapter.capabilities
    for capability in suite.suite.needs:
        if capability in has:
            return capability
    needs = " or ".join(f"one that {need}" for need in suite.suite.needs)
    can = " and ".join(sorted(has)) or "does nothing"
    raise CapabilityError(
        f"suite {suite.name!r} on model {model.name!r}",
        f"the suite {suite.suite_name!r} needs a model, {needs}, but the adapter"
        f" {model.adapter_name!r} as configured {can}",
        f'name other models in the suite, as in models = ["…"], or change {model.name!r}',
    )


def check_capabilities(spec: RunSpec) -> None:
    """Check every suite against every model that it asks.

    Raises:
        CapabilityError: a mismatch.
        SpecErrors: several of them.
    """
    models = {model.name: model for model in spec.models}
    problems = Problems()
    for suite in spec.suites:
        for name in suite.models:
            try:
                capability_for(suite, models[name])
            except CapabilityError as error:
                problems.keep(error)
    problems.raise_any()
