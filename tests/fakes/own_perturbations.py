"""The perturbations of this package, those apart that need a judge to be made at all."""

from __future__ import annotations

import dataclasses
import typing
from typing import Any

from harness import registry
from harness.adapters.echo import EchoAdapter
from harness.core.judge import Judge

ECHO = Judge(name="echo", adapter_name="echo", adapter=EchoAdapter())


def plain_perturbations() -> tuple[str, ...]:
    """Return the names of those that need nothing but a text."""
    return tuple(
        name
        for name, point in registry.registered("perturbations").items()
        if point.module.startswith("harness.") and not judges_for(point.load())
    )


def judges_for(cls: type) -> dict[str, Any]:
    """Return the options that have to name a judge, each with one that echoes."""
    hints = typing.get_type_hints(cls)
    return {
        field.name: ECHO
        for field in dataclasses.fields(cls)
        if hints[field.name] is Judge and field.default is dataclasses.MISSING
    }
