"""Several ways to put one question, each as good as the other: what the key ``vary`` names.

They are registered by entry point, group ``harness.variations``. (A ``Variation`` of a noise study
is something else: what a repeat of a run does otherwise.)
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from harness.core.capability import Capability
from harness.core.ports import Suite, Task


@runtime_checkable
class EquivalentForms(Protocol):
    """A set of such ways."""

    @property
    def label(self) -> str:
        """Name with the options that differ from the default: ``formats``, ``formats n=5``."""
        ...

    def check(self, capability: Capability) -> None:
        """Refuse a kind of model to which all forms would look alike.

        Raises:
            ConfigError: it is asked by the text alone, say, and has no prompt.
        """
        ...

    def task_of(self, suite: Suite, clean: Task, *, seed: int) -> Task:
        """Return a task with the same samples by the same ids, each asked in every form.

        Args:
            suite: the clean one.
            clean: its task; the first form is its own question.
            seed: for whatever is drawn.

        Raises:
            ConfigError: the suite's questions have no such forms.
            DataError: the data lack what they would be made of.
        """
        ...
