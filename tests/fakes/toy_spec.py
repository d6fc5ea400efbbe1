"""A run of a toy suite on toy models, made without a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fakes.toy_models import ToyAdapter
from fakes.toy_suite import ToySuite
from harness.core.spec import ModelSpec, RunSpec, SuiteSpec


def toy_spec(
    out: Path, *models: ToyAdapter, suites: tuple[ToySuite, ...] = (ToySuite(),), **top: Any
) -> RunSpec:
    """Return a spec in which every suite (``suite0``, …) asks every model (``model0``, …)."""
    names = tuple(f"model{i}" for i in range(len(models)))
    return RunSpec(
        name="toy",
        models=tuple(
            ModelSpec(name=name, adapter_name="toy", adapter=model)
            for name, model in zip(names, models, strict=True)
        ),
        suites=tuple(
            SuiteSpec(name=f"suite{i}", suite_name="toy", suite=suite, models=names)
            for i, suite in enumerate(suites)
        ),
        out=str(out),
        **top,
    )
