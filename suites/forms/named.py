"""What all sets of forms have in common: a label, a signature, and what they ask of a suite."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar

from harness.core.capability import Capability
from harness.core.errors import ConfigError
from harness.core.ports import Suite, Task
from harness.suites.frame import Frame, FramingSuite

_WITH_PROMPT = (Capability.SCORES, Capability.GENERATES)


class Named:
    """The part of the port ``EquivalentForms`` that is told from the options alone.

    A class for dataclasses to derive from: its name and version are constants, its options are
    the fields.
    """

    __slots__ = ()

    name: ClassVar[str]
    """Registered name."""
    version: ClassVar[int]
    """Raised whenever the same samples and options would come out otherwise."""

    @property
    def label(self) -> str:
        """The name, and each option that is not the default."""
        own: Any = self
        words = [
            f"{field.name}={_written(getattr(self, field.name))}"
            for field in dataclasses.fields(own)
            if getattr(self, field.name) != field.default
        ]
        return " ".join((self.name, *words))

    @property
    def signature(self) -> Mapping[str, str]:
        """The version and every option."""
        own: Any = self
        options = {f.name: _written(getattr(self, f.name)) for f in dataclasses.fields(own)}
        return {"version": str(self.version), **options}


def framed(name: str, suite: Suite, clean: Task) -> Frame:
    """Return how a suite words its questions.

    Raises:
        ConfigError: it does not tell.
    """
    if isinstance(suite, FramingSuite):
        return suite.frame(clean)
    raise ConfigError(
        name, f"{type(suite).__name__} does not tell how it words its questions", "leave it out"
    )


def needs_a_prompt(name: str, capability: Capability) -> None:
    """Refuse a model that sees the text of a sample and nothing else.

    Raises:
        ConfigError: it is such a one.
    """
    if capability not in _WITH_PROMPT:
        raise ConfigError(
            f"vary {name!r}",
            f"changes the prompt, and a model that {capability} is shown none",
            'name language models alone in the suite, as in models = ["…"]',
        )


def _written(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
