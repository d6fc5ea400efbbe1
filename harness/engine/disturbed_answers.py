"""How many texts a perturbation has changed, and how many answers went with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from harness.core.robustness import Share
from harness.stats.proportion import proportion_interval


class Reading(Protocol):
    """What is known of one sample's answer."""

    @property
    def text(self) -> bytes:
        """Equal for equal texts."""
        ...

    @property
    def is_read(self) -> bool:
        """Whether it was answered, and the answer could be read."""
        ...

    @property
    def is_made(self) -> bool:
        """Whether its text could be disturbed as it was to be."""
        ...

    @property
    def answer(self) -> str | None:
        """What the model took the text for; None for an output that names no answer."""
        ...


Readings = Mapping[str, Reading]
"""By sample id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The answers of both sides beside each other."""

    changed: Share
    flipped: Share | None
    n_flipped_alone: int
    n_failed_clean: int
    n_failed: int


def answers_of(
    clean: Readings, disturbed: Readings, clusters: Mapping[str, str], level: float
) -> Answers:
    """Count the texts and answers that are not what they were.

    Args:
        clean: answers to the texts as they are.
        disturbed: answers to the same samples.
        clusters: name of the cluster of each sample that is in one, by sample id.
        level: confidence level of the intervals, in (0, 1).
    """
    shared = [name for name in clean if name in disturbed]
    changed = {
        name: clean[name].text != disturbed[name].text for name in shared if disturbed[name].is_made
    }
    read = [name for name in shared if clean[name].is_read and disturbed[name].is_read]
    flips = {
        name: clean[name].answer != disturbed[name].answer
        for name in read
        if clean[name].answer is not None and disturbed[name].answer is not None
    }
    return Answers(
        changed=_share(changed, clusters, level),
        flipped=_share(flips, clusters, level) if flips or not read else None,
        n_flipped_alone=sum(is_other and not changed[name] for name, is_other in flips.items()),
        n_failed_clean=sum(not clean[name].is_read for name in shared),
        n_failed=sum(clean[name].is_read and not disturbed[name].is_read for name in shared),
    )


def flipped_ids(clean: Readings, disturbed: Readings) -> Iterator[str]:
    """Yield the samples whose text and answer are both other ones, in the order of the data."""
    for name, before in clean.items():
        after = disturbed.get(name)
        if after is None or before.text == after.text or None in {before.answer, after.answer}:
            continue
        if before.answer != after.answer:
            yield name


def _share(hits: Mapping[str, bool], clusters: Mapping[str, str], level: float) -> Share:
    interval = proportion_interval(
        np.array(list(hits.values()), dtype=np.float64), _codes(hits, clusters), level
    )
    return Share(n_hits=sum(hits.values()), n=len(hits), interval=interval)


def _codes(names: Iterable[str], clusters: Mapping[str, str]) -> np.ndarray | None:
    units = [clusters.get(name, name) for name in names]
    numbers = {unit: number for number, unit in enumerate(dict.fromkeys(units))}
    if len(numbers) == len(units):
        return None
    return np.array([numbers[unit] for unit in units], dtype=np.int64)
