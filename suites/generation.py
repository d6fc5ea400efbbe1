"""Generation: the model continues a prompt, and the text is compared with references."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Literal

from harness.core.capability import Capability
from harness.core.errors import ConfigError
from harness.core.ports import Task
from harness.core.request import Generate, Payload
from harness.core.sample import Sample
from harness.sources.columns import Columns
from harness.sources.dataset import Dataset
from harness.sources.samples import read_samples
from harness.suites.frame import Frame, column_frame
from harness.suites.metric_names import ChosenMetrics, choose_metrics
from harness.suites.metrics.against_references import AgainstReferences
from harness.suites.prompting import prompt_of
from harness.suites.sample_task import SampleTask

_BLEU_TOKENIZERS = {"zh": "zh", "ja": "ja-mecab", "ko": "ko-mecab", "th": "char"}
_SPLITTING = {"normalized": True, "asian_support": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationSuite:
    """Free text, scored against one or more references and for its variety."""

    needs: ClassVar[tuple[Capability, ...]] = (Capability.GENERATES,)
    asks_about_text: ClassVar[bool] = True
    has_forms: ClassVar[bool] = True
    is_explainable: ClassVar[bool] = True

    data: Dataset
    """Where the prompts are."""
    columns: Columns
    """``text`` is the prompt; ``target`` the reference, or a list of references."""
    max_new_tokens: int = 128
    """The answer ends after this many tokens."""
    stop: tuple[str, ...] = ()
    """The answer ends before the first of these."""
    temperature: float = 0.0
    """0 takes the likeliest token each time; above, tokens are drawn with the run's seed."""
    chat: bool = False
    """Send the prompt as a user turn through the model's chat template."""
    system: str | None = None
    """A system turn (or, without chat, a first paragraph) before every prompt."""
    language: Literal["en", "zh", "ja", "ko", "th"] = "en"
    """The references' language; it picks tokenizers. ``en`` stands for any that writes spaces."""
    metrics: tuple[str | Mapping[str, Any], ...] = (
        "exact_match",
        "token_f1",
        "bleu",
        "chrf",
        "rouge",
        "length_ratio",
    )
    """Names, ``evaluate:NAME``, or tables such as {name = "bleu", tokenize = "intl"}."""

    def __post_init__(self) -> None:
        """Refuse impossible values.

        Raises:
            ConfigError: a metric that is not there, or a number out of its range.
        """
        if self.max_new_tokens < 1:
            raise ConfigError(
                "max_new_tokens", f"must be at least 1, not {self.max_new_tokens}", "write 128"
            )
        if self.temperature < 0:
            raise ConfigError(
                "temperature", f"must be at least 0, not {self.temperature}", "write 0 for greedy"
            )
        self._check_target(self._chosen_metrics())

    def prepare(self, *, limit: int | None, seed: int) -> SampleTask:
        """Read and check the prompts, and see that the metrics have what they need."""
        chosen = self._chosen_metrics()
        for metric in chosen:
            # Both raise when a package or file is missing: now, before a model is loaded.
            _ = metric.signature, metric.quantities
        return SampleTask(
            sample_set=read_samples(self.data, self.columns, limit=limit, seed=seed),
            asking=partial(self._ask, seed=seed),
            metrics=chosen.per_sample,
            corpus_metrics=chosen.on_the_set,
        )

    def frame(self, clean: Task) -> Frame:
        """Return the words of ``columns.text``; see ``FramingSuite.frame``."""
        return column_frame(self.data, self.columns, clean)

    def _ask(self, sample: Sample, capability: Capability, *, seed: int) -> Payload:
        del capability
        return Generate(
            prompt=prompt_of(sample.text, chat=self.chat, system=self.system),
            max_new_tokens=self.max_new_tokens,
            stop=self.stop,
            temperature=self.temperature,
            seed=seed,
        )

    def _chosen_metrics(self) -> ChosenMetrics:
        return choose_metrics(self.metrics, _defaults(self.language))

    def _check_target(self, chosen: ChosenMetrics) -> None:
        for metric in chosen.per_sample:
            if self.columns.target is None and isinstance(metric, AgainstReferences):
                raise ConfigError(
                    "columns",
                    f"the metric {metric.name!r} needs a target",
                    "add target = …, or choose metrics that need none, such as distinct",
                )


def _defaults(language: str) -> dict[str, dict[str, Any]]:
    """Options by metric for a language; metrics that look at the script themselves need none."""
    if language == "en":
        return {}
    tokenize = {"tokenize": _BLEU_TOKENIZERS[language]}
    splitting = _SPLITTING if language in ("zh", "ja") else {}
    return {"bleu": tokenize, "self_bleu": tokenize, "ter": splitting}
