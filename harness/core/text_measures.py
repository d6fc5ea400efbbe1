"""What judges are asked about disturbed and attacked texts, beside the texts as they are."""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.core.capability import Capability
from harness.core.judge import Judge, asked_to


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMeasures:
    """Keys at the top of a spec; they hold for every suite with a ``perturb`` or an ``attack``."""

    meaning: Judge | None = field(default=None, metadata=asked_to(Capability.EMBEDS))
    """The judge, one that embeds, that tells how near in meaning a changed text is to the text as
    it was: the cosine of both vectors."""
    fluency: Judge | None = field(default=None, metadata=asked_to(Capability.SCORES))
    """The judge, one that scores, that tells how much less likely a changed text is than the text
    as it was: the ratio of their perplexities."""
