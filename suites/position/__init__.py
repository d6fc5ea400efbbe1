"""Whether a model finds its evidence wherever it stands in a long context."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import ClassVar, Literal

from harness.core.capability import Capability
from harness.core.errors import ConfigError
from harness.sources.dataset import Dataset
from harness.suites.chosen_need import ChosenNeed
from harness.suites.position.context import Form, place_of
from harness.suites.position.context_samples import ContextSamples
from harness.suites.position.documents import DocumentColumns, read_documents
from harness.suites.position.key_values import KeyValues
from harness.suites.position.task import PositionTask


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionSuite:
    """Accuracy by the place of the evidence in a long context (Liu et al. 2023).

    Without data, a key's value is to be found in a JSON object of random keys and values; with
    data, the answer to a question in one of many documents. Each context is asked about once at
    every depth, with all but the place of the evidence the same.
    """

    needs: ClassVar[tuple[Capability, ...]] = ChosenNeed(  # type: ignore[assignment] # a descriptor that gives this
        Capability.GENERATES, Capability.SCORES
    )

    data: Dataset | None = None
    """Where questions with their documents are."""
    columns: DocumentColumns | None = None
    """Which column is what; ``question``, ``answer`` and ``gold`` are required."""
    depths: tuple[float, ...] = (0.0, 0.25, 0.5, 0.75, 1.0)
    """Places of the evidence: 0 is the beginning of the context, 1 its end."""
    sizes: tuple[int, ...] = (10, 20, 40)
    """Keys, or documents, in a context. A key with its value is some 55 tokens."""
    n: int = 50
    """So many contexts of each size; with data, at most so many questions, drawn."""
    rivals: int = 4
    """Wrong values, or answers to other questions, that a model which only scores chooses from
    beside the right one."""
    ask: Literal["generates", "scores"] | None = None
    """What to ask a model for; to write where it can, when absent."""
    prompt: str | None = None
    """What is asked, with ``{context}`` and ``{question}`` in it."""
    chat: bool = False
    """Send the prompt as a user turn through the model's chat template."""
    system: str | None = None
    """A system turn (or, without chat, a first paragraph) before every prompt."""
    max_new_tokens: int = 64
    """A written answer ends after this many tokens."""

    def __post_init__(self) -> None:
        """Refuse impossible values.

        Raises:
            ConfigError: a number out of its range, or options that contradict each other.
        """
        for name, value in (("n", self.n), ("rivals", self.rivals)):
            if value < 1:
                raise ConfigError(name, f"must be at least 1, not {value}", "leave it out")
        if self.max_new_tokens < 1:
            reason = f"must be at least 1, not {self.max_new_tokens}"
            raise ConfigError("max_new_tokens", reason, "write 64")
        if (self.data is None) != (self.columns is None):
            raise ConfigError(
                "columns",
                "data and columns need each other",
                'write columns = { question = "…", answer = "…", gold = "…" }',
            )
        for mark in ("{context}", "{question}"):
            if self.prompt is not None and mark not in self.prompt:
                raise ConfigError(
                    "prompt", f"has no {mark} in it", f"write {mark} where it is to stand"
                )
        self._check_places()

    def prepare(self, *, limit: int | None, seed: int) -> PositionTask:
        """Draw the contexts; a limit keeps whole ones, with all their depths, as far as it can."""
        form = self._form(seed)
        return PositionTask(
            contexts=ContextSamples(
                form=form,
                prompt=form.prompt if self.prompt is None else self.prompt,
                sizes=self.sizes,
                depths=self.depths,
                limit=limit,
            ),
            chat=self.chat,
            system=self.system,
            max_new_tokens=self.max_new_tokens,
            seed=seed,
        )

    def _form(self, seed: int) -> Form:
        if self.data is None or self.columns is None:
            return KeyValues(n=self.n, n_rivals=self.rivals, seed=seed)
        return read_documents(self.data, self.columns, n=self.n, n_rivals=self.rivals, seed=seed)

    def _check_places(self) -> None:
        if not self.depths or not all(isfinite(d) and 0 <= d <= 1 for d in self.depths):
            raise ConfigError("depths", "must be numbers from 0 to 1", "write [0.0, 0.5, 1.0]")
        if list(self.depths) != sorted(set(self.depths)):
            raise ConfigError("depths", "must rise, each only once", "write [0.0, 0.5, 1.0]")
        if not self.sizes or list(self.sizes) != sorted(set(self.sizes)) or self.sizes[0] < 2:  # noqa: PLR2004 - one item has no place
            raise ConfigError("sizes", "must rise, from 2 or more", "write [10, 20, 40]")
        places = {place_of(depth, self.sizes[0]) for depth in self.depths}
        if len(places) < len(self.depths):
            raise ConfigError(
                "sizes",
                f"{self.sizes[0]} items have no {len(self.depths)} places at these depths",
                "write larger sizes, or fewer depths",
            )
