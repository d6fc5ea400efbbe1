"""The door for methods of explanation, registered by entry point, group ``harness.explainers``."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from harness.core.capability import Capability
from harness.core.explained import Attribution, Row
from harness.core.request import InsideQuestion
from harness.core.response import InsideAnswer

if TYPE_CHECKING:
    import random

    import numpy as np
    from numpy.typing import NDArray

    from harness.core.ports import Metric

    Masks: TypeAlias = NDArray[np.bool_]
    Outputs: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One text to explain, and what the model says of it."""

    text: str
    spans: tuple[tuple[int, int], ...]
    """(T,): where its parts lie; see ``Explained.spans``."""
    outputs: tuple[str, ...]
    """C names."""
    chosen: int
    whole: Row
    """(C,): outputs of the text as it is."""
    blank: Row
    """(C,): outputs with every part masked."""


Explaining: TypeAlias = Generator[
    "Masks | Sequence[InsideQuestion]", "Outputs | Sequence[InsideAnswer]", Attribution
]
"""An explanation under way. It yields masks, (m, T), true where a part is left as it is, and is
sent the outputs of those texts, (m, C); or questions about the model's inside, and is sent as many
answers. Masks may repeat: each is asked about once. It may raise ``UnexplainableError``."""


class UnexplainableError(Exception):
    """What the model has answered does not explain the text; becomes the sample's failure."""


@runtime_checkable
class Explainer(Protocol):
    """A method that tells what each part of a text adds to what a model says."""

    @property
    def label(self) -> str:
        """Name with the options that differ from the default: ``lime``, ``lime n_samples=500``."""
        ...

    @property
    def signature(self) -> Mapping[str, str]:
        """What changes its values: version of its code, options."""
        ...

    @property
    def needs(self) -> Capability | None:
        """What a model has to be able to do beside answering; None for nothing."""
        ...

    @property
    def draws(self) -> bool:
        """Whether its values hang on the seed; it is then asked again with another."""
        ...

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What is measured of an ``Explained``."""
        ...

    def parts(self, text: str) -> tuple[tuple[int, int], ...]:
        """Return where the parts of a text lie, in order; none for a text without any."""
        ...

    def masked(self, text: str, spans: tuple[tuple[int, int], ...], masks: Masks) -> list[str]:
        """Return the text once for each mask.

        Args:
            text: the text.
            spans: (T,): its parts.
            masks: (m, T): true where a part is left as it is.

        Returns:
            m texts. That of the mask with all parts may differ from the text in white space.
        """
        ...

    def explain(self, subject: Subject, rng: random.Random) -> Explaining:
        """Start on one text.

        Args:
            subject: the text; at least one part.
            rng: drawn from seed, label and sample id alone.
        """
        ...
