"""Samples at hand, of which a limit may keep a few."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.core.sample import Sample
from harness.sources.samples import content


@dataclass(frozen=True, slots=True)
class DrawnSamples:
    """Samples in memory, in the order of their data set."""

    drawn: tuple[Sample, ...]
    data_hash: str
    """SHA-256 (hex) over all samples, drawn or not."""

    @property
    def n_samples(self) -> int:
        """How many iteration yields."""
        return len(self.drawn)

    def __iter__(self) -> Iterator[Sample]:
        """Yield the samples in order."""
        return iter(self.drawn)


def drawn_samples(samples: Sequence[Sample], *, limit: int | None, seed: int) -> DrawnSamples:
    """Hash all samples and keep as many as the limit allows, drawn without replacement."""
    digest = hashlib.sha256()
    for sample in samples:
        digest.update(content(sample))
    kept = range(len(samples))
    if limit is not None and limit < len(samples):
        kept = sorted(random.Random(seed).sample(kept, limit))  # type: ignore[assignment]  # noqa: S311 - no secret
    return DrawnSamples(tuple(samples[at] for at in kept), digest.hexdigest())


class TextIds:
    """Names samples after what they ask, the second of two alike with a number."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def of(self, *texts: str) -> str:
        """Return an id that is unique and the same in every run."""
        raw = "\x1f".join(texts).encode("utf-8", "surrogatepass")
        key = hashlib.blake2b(raw, digest_size=8).hexdigest()
        self._seen[key] += 1
        return key if self._seen[key] == 1 else f"{key}-{self._seen[key]}"
