"""What a task of lm-eval needs a model to do, told from the index before anything is loaded."""

from __future__ import annotations

from typing import Protocol

from harness.core.capability import Capability


class Named(Protocol):
    """A suite that names a task."""

    @property
    def task(self) -> str:
        """Task, group or tag."""
        ...

    @property
    def include_path(self) -> str | None:
        """Folder of the user's own task files."""
        ...


class NeedsOfTask:
    """On the class: all that tasks may need. On a suite: what its own task needs."""

    def __get__(self, suite: Named | None, owner: type) -> tuple[Capability, ...]:
        """Return capabilities of which any one will do."""
        either = (Capability.SCORES, Capability.GENERATES)
        if suite is None:
            return either
        from harness.suites.lm_eval.catalogue import Catalogue

        kinds = Catalogue.with_folder(suite.include_path).output_types(suite.task)
        if None in kinds or not kinds:
            return either
        return (Capability.GENERATES,) if "generate_until" in kinds else (Capability.SCORES,)
