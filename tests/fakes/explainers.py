"""A method of explanation with every bad habit."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from harness.core.capability import Capability
from harness.core.errors import DataError
from harness.core.explained import Attribution
from harness.core.explainer import Subject, UnexplainableError
from harness.core.ports import Metric
from harness.core.request import Differentiate

Habit = Literal[
    "none",
    "draws",
    "crashes",
    "lacks its word list",
    "cannot explain it",
    "asks with numbers",
    "asks with masks of another text",
    "asks in words",
    "looks inside",
    "never ends",
    "returns nothing",
    "returns too few values",
    "returns no number",
    "explains the other output",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveOneOut:
    """Masks each word by itself, with an underscore, and asks about each twice."""

    metrics: ClassVar[tuple[Metric, ...]] = ()

    habit: Habit = "none"
    over: str = ""
    """The habit shows with texts that end so."""

    @property
    def label(self) -> str:
        return "leave one out"

    @property
    def signature(self) -> Mapping[str, str]:
        return {"habit": self.habit}

    @property
    def needs(self) -> Capability | None:
        return None

    @property
    def draws(self) -> bool:
        return self.habit == "draws"

    def parts(self, text: str) -> tuple[tuple[int, int], ...]:
        return tuple(found.span() for found in re.finditer(r"\w+", text))

    def masked(self, text: str, spans: tuple[tuple[int, int], ...], masks: Any) -> list[str]:
        words = [text[start:end] for start, end in spans]
        return [
            " ".join(word if is_left else "_" for word, is_left in zip(words, mask, strict=True))
            for mask in masks
        ]

    def explain(self, subject: Subject, rng: random.Random) -> Any:
        if self.habit == "lacks its word list":
            raise DataError("words", "are not here", "fetch them")
        if self.habit in ("none", "draws") or not subject.text.endswith(self.over):
            return self._explained(subject, rng)
        return self._badly(subject)

    def _explained(self, subject: Subject, rng: random.Random) -> Any:
        one_out = ~np.eye(len(subject.spans), dtype=bool)
        outputs = yield np.concatenate([one_out, one_out])
        losses = np.asarray(subject.whole) - outputs[: len(one_out)]
        noise = rng.random() if self.draws else 0.0
        return Attribution(values=tuple(map(tuple, (losses + noise).tolist())))

    def _badly(self, subject: Subject) -> Any:  # noqa: C901 - a case for each habit
        values: Sequence[tuple[float, ...]] = [(0.0,) * len(subject.outputs)] * len(subject.spans)
        match self.habit:
            case "crashes":
                raise ZeroDivisionError("at once")
            case "cannot explain it":
                raise UnexplainableError("it has no gradient")
            case "asks with numbers":
                yield np.zeros((1, len(subject.spans)))
            case "asks with masks of another text":
                yield np.zeros((1, len(subject.spans) + 1), dtype=bool)
            case "asks in words":
                yield [subject.text]
            case "looks inside":
                yield [Differentiate(text=subject.text)]
            case "never ends":
                while True:
                    yield np.zeros((0, len(subject.spans)), dtype=bool)
            case "returns nothing":
                return None
            case "returns too few values":
                return Attribution(values=tuple(values[1:]))
            case "returns no number":
                return Attribution(values=((float("nan"),) * len(subject.outputs), *values[1:]))
            case "explains the other output":
                other = 1 - subject.chosen
                return Attribution(values=tuple(row[:1] for row in values), columns=(other,))
        return Attribution(values=tuple(values))
