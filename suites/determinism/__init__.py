"""Whether a model gives the same answer to the same question: again, and in other company."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from harness.core.capability import Capability
from harness.core.errors import ConfigError
from harness.sources.columns import Columns
from harness.sources.dataset import Dataset
from harness.sources.samples import read_samples
from harness.suites.chosen_need import ChosenNeed
from harness.suites.determinism.questions import Asking, own_questions
from harness.suites.determinism.task import DeterminismTask
from harness.suites.sample_task import Samples


@dataclass(frozen=True, slots=True, kw_only=True)
class DeterminismSuite:
    """The same questions several times, each answer held against the first one.

    - First pass: all questions together.
    - ``again``: the same, in the same order.
    - ``company``: in another order, and in random parts, so that batches are others.
    - ``alone``: a few of them, one by one.

    Each question is one sample for each of the last three.
    """

    needs: ClassVar[tuple[Capability, ...]] = ChosenNeed(  # type: ignore[assignment] # a descriptor that gives this
        Capability.GENERATES, Capability.CLASSIFIES, Capability.SCORES, Capability.EMBEDS
    )

    data: Dataset | None = None
    """Where the questions are; without it 124 short ones that come with the project."""
    columns: Columns | None = None
    """Which column is what; only ``text`` is needed. A model that scores is asked for the
    likelihoods of ``choices``, else of ``target``, else of the text itself."""
    ask: Literal["generates", "classifies", "scores", "embeds"] | None = None
    """What to ask a model for; the first of these that it can do when absent."""
    alone: int = 16
    """So many questions, drawn with the run's seed, are asked one by one; 0 for none."""
    parts: int = 3
    """The pass in other company hands over the questions in so many parts."""
    chat: bool = False
    """Send the text as a user turn through the model's chat template."""
    system: str | None = None
    """A system turn (or, without chat, a first paragraph) before every text."""
    max_new_tokens: int = 64
    """A written answer ends after this many tokens."""
    stop: tuple[str, ...] = ()
    """A written answer ends before the first of these."""
    temperature: float = 0.0
    """0 takes the likeliest token each time; above, tokens are drawn with the run's seed, the same
    in every pass."""

    def __post_init__(self) -> None:
        """Refuse impossible values.

        Raises:
            ConfigError: a number out of its range, or data without columns.
        """
        if self.alone < 0:
            raise ConfigError("alone", f"must be at least 0, not {self.alone}", "write 16")
        if self.parts < 2:  # noqa: PLR2004 - one part is the company of the first pass
            raise ConfigError("parts", f"must be at least 2, not {self.parts}", "write 3")
        if self.max_new_tokens < 1:
            reason = f"must be at least 1, not {self.max_new_tokens}"
            raise ConfigError("max_new_tokens", reason, "write 64")
        if self.temperature < 0:
            reason = f"must be at least 0, not {self.temperature}"
            raise ConfigError("temperature", reason, "write 0")
        if (self.data is None) != (self.columns is None):
            reason = "data and columns need each other"
            raise ConfigError("columns", reason, 'write columns = { text = "…" }')

    def prepare(self, *, limit: int | None, seed: int) -> DeterminismTask:
        """Read the questions, of which a limit draws so many; each is asked again several times."""
        return DeterminismTask(
            questions=self._questions(limit=limit, seed=seed),
            asking=Asking(
                chat=self.chat,
                system=self.system,
                max_new_tokens=self.max_new_tokens,
                stop=self.stop,
                temperature=self.temperature,
                seed=seed,
            ),
            n_parts=self.parts,
            n_alone=self.alone,
        )

    def _questions(self, *, limit: int | None, seed: int) -> Samples:
        if self.data is None or self.columns is None:
            return own_questions(limit=limit, seed=seed)
        return read_samples(self.data, self.columns, limit=limit, seed=seed)
