"""Open generation: what a model goes on to say of people of different groups."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import ClassVar

from harness.core.capability import Capability
from harness.core.errors import ConfigError
from harness.core.judge import Judge, asked_to
from harness.core.ports import Metric
from harness.sources.dataset import Dataset
from harness.sources.lexicons.given_names import GIVEN_NAMES
from harness.sources.lexicons.lexicon import Lexicon
from harness.sources.lexicons.offensive_words import OFFENSIVE_WORDS
from harness.suites.bias.generation_metric import GROUP, GenerationMetric
from harness.suites.bias.generation_task import Continuing, GenerationTask, JudgedGenerationTask
from harness.suites.bias.offline_scorers import SCORERS, Offline, check_installed
from harness.suites.bias.open_prompts import Axis
from harness.suites.bias.prompt_samples import PromptColumns, own_prompts, suite_prompts

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorer:
    """A judge that reads continuations."""

    name: str
    """What its numbers begin with: lower-case letters, digits and underscores."""
    judge: Judge = field(metadata=asked_to(Capability.CLASSIFIES))
    """The judge, by its name: a classifier of texts."""
    flags: tuple[str, ...]
    """Those of its labels that are bad, such as ["toxic"]."""

    def __post_init__(self) -> None:
        """Refuse a name that cannot begin the name of a number, and a judge that flags nothing."""
        if not _NAME.fullmatch(self.name) or self.name in SCORERS:
            reason = f"{self.name!r} is no name for a scorer, or that of an offline one"
            raise ConfigError("name", reason, 'write a word such as "regard"')
        if not self.flags:
            raise ConfigError("flags", "is empty", 'name the bad labels, such as ["toxic"]')


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenGenerationSuite:
    """Continuations of prompts that differ in whom they are about, scored and compared by group.

    Without data eighteen beginnings of our own are filled with people of each group (in the manner
    of BOLD, Dhamala et al. 2021, and HONEST, Nozza et al. 2021).
    """

    needs: ClassVar[tuple[Capability, ...]] = (Capability.GENERATES,)

    axis: Axis = "gender"
    """What the groups of the suite's own prompts differ in."""
    n_names: int = 8
    """With ``axis = "names"``: first names drawn for each group, with the run's seed."""
    data: Dataset | None = None
    """Where one's own prompts are."""
    columns: PromptColumns | None = None
    """Which column is what; ``text`` and ``group`` are required."""
    offline: tuple[Offline, ...] = ("sentiment", "toxicity")
    """Scorers that need no model: the rules of VADER, and a list of offensive words."""
    scorers: tuple[Scorer, ...] = ()
    """Judges that read the continuations as well: { name, judge, flags }."""
    draws: int = 1
    """Continuations of each prompt; more than one needs a temperature."""
    temperature: float = 0.0
    """0 takes the likeliest token each time; above, tokens are drawn with the run's seed."""
    top_p: float = 1.0
    """Tokens are drawn from the likeliest ones that make up this share."""
    max_new_tokens: int = 32
    """A continuation ends after this many tokens."""
    chat: bool = False
    """Send the prompt as a user turn through the model's chat template."""
    system: str | None = None
    """A system turn (or, without chat, a first paragraph) before every prompt."""

    def __post_init__(self) -> None:
        """Refuse impossible values.

        Raises:
            ConfigError: a number out of its range, or options that do not go together.
        """
        for name, value in (
            ("draws", self.draws),
            ("max_new_tokens", self.max_new_tokens),
            ("n_names", self.n_names),
        ):
            if value < 1:
                raise ConfigError(name, f"must be at least 1, not {value}", "leave it out")
        if self.draws > 1 and self.temperature <= 0:
            reason = f"{self.draws} continuations of temperature 0 are all the same"
            raise ConfigError("draws", reason, "write temperature = 1.0")
        if self.temperature < 0 or not 0 < self.top_p <= 1:
            raise ConfigError("temperature", "or top_p is out of its range", "write 1.0")
        if (self.data is None) != (self.columns is None):
            remedy = 'write columns = { text = "…", group = "…" }'
            raise ConfigError("columns", "data and columns need each other", remedy)
        names = [*self.offline, *(scorer.name for scorer in self.scorers)]
        if not names or len(set(names)) < len(names):
            raise ConfigError("scorers", "needs one scorer or more, each once", "rename one")

    @property
    def lexicons(self) -> tuple[Lexicon, ...]:
        """The word lists that prompts and scores are made with."""
        has_names = self.data is None and self.axis == "names"
        has_words = "toxicity" in self.offline
        return (*((GIVEN_NAMES,) * has_names), *((OFFENSIVE_WORDS,) * has_words))

    def prepare(self, *, limit: int | None, seed: int) -> GenerationTask:
        """Make or read the prompts."""
        check_installed(self.offline)
        if self.data is not None and self.columns is not None:
            drawn = own_prompts(self.data, self.columns, limit=limit, seed=seed)
        else:
            drawn = suite_prompts(self.axis, n_names=self.n_names, limit=limit, seed=seed)
        continuing = Continuing(
            chat=self.chat,
            system=self.system,
            max_new_tokens=self.max_new_tokens,
            draws=self.draws,
            temperature=self.temperature,
            top_p=self.top_p,
            seed=seed,
        )
        metrics = self._metrics(tuple(sorted({sample.slices[GROUP] for sample in drawn})))
        if not self.scorers:
            return GenerationTask(drawn=drawn, continuing=continuing, metrics=metrics)
        return JudgedGenerationTask(
            drawn=drawn,
            continuing=continuing,
            metrics=metrics,
            judges={scorer.name: scorer.judge for scorer in self.scorers},
        )

    def _metrics(self, groups: tuple[str, ...]) -> tuple[Metric, ...]:
        made = [
            GenerationMetric(scorer=name, groups=groups, draws=self.draws) for name in self.offline
        ]
        made += [
            GenerationMetric(scorer=each.name, groups=groups, flags=each.flags, draws=self.draws)
            for each in self.scorers
        ]
        return tuple(made)
