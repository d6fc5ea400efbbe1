"""Multiple choice by log-likelihood: the choice that the model finds likeliest is its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.core.capability import Capability
from harness.core.errors import ConfigError
from harness.core.ports import Task
from harness.core.request import LogLikelihood, Payload
from harness.core.sample import Sample
from harness.sources.columns import Columns
from harness.sources.dataset import Dataset
from harness.sources.samples import read_samples
from harness.suites.fixed_options import FixedOptions
from harness.suites.frame import Frame, column_frame
from harness.suites.metrics.choice import Choice
from harness.suites.prompting import prompt_of
from harness.suites.sample_task import SampleTask


@dataclass(frozen=True, slots=True, kw_only=True)
class MultipleChoiceSuite:
    """Questions with alternatives, scored by the log-likelihood of each alternative."""

    needs: ClassVar[tuple[Capability, ...]] = (Capability.SCORES,)
    asks_about_text: ClassVar[bool] = True
    has_forms: ClassVar[bool] = True
    is_explainable: ClassVar[bool] = True

    data: Dataset
    """Where the questions are."""
    columns: Columns
    """Which column is what; ``choices`` and ``target`` are required."""
    delimiter: str | None = None
    """Between prompt and choice: a space by default, nothing after a chat template."""
    chat: bool = False
    """Send the question as a user turn through the model's chat template."""
    system: str | None = None
    """A system turn (or, without chat, a first paragraph) before every question."""

    def prepare(self, *, limit: int | None, seed: int) -> SampleTask:
        """Read and check the questions."""
        for name in ("choices", "target"):
            if getattr(self.columns, name) is None:
                raise ConfigError("columns", f"multiple_choice needs {name}", f"add {name} = …")
        return SampleTask(
            sample_set=FixedOptions(read_samples(self.data, self.columns, limit=limit, seed=seed)),
            asking=self._ask,
            metrics=(Choice(),),
        )

    def frame(self, clean: Task) -> Frame:
        """Return the words of ``columns.text``; see ``FramingSuite.frame``."""
        return column_frame(self.data, self.columns, clean)

    def _ask(self, sample: Sample, capability: Capability) -> Payload:
        del capability
        default = "" if self.chat else " "
        delimiter = default if self.delimiter is None else self.delimiter
        return LogLikelihood(
            prompt=prompt_of(sample.text, chat=self.chat, system=self.system),
            continuations=tuple(delimiter + choice for choice in sample.choices),
        )
