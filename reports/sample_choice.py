"""Which samples a page shows: every failure it can, and a seeded random draw of the rest."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from harness.core.response import Failure
from harness.core.run import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The samples shown of one suite and model, failures first, each part in data order."""

    model: str
    suite: str
    n_total: int
    n_failed: int
    records: tuple[Record, ...]

    @property
    def n_failed_shown(self) -> int:
        """How many of the shown samples are failures."""
        return sum(isinstance(record.answer, Failure) for record in self.records)


def choose_samples(records: Iterable[Record], *, limit: int, seed: int) -> tuple[Chosen, ...]:
    """Read the records once and keep at most ``limit`` for each suite and model.

    Memory is bounded by the limit, not by the records: each part is a reservoir of its own
    (Vitter's algorithm R), so that every sample has the same chance to be shown.

    Args:
        records: in any order that is the same each time.
        limit: samples per suite and model.
        seed: of the draw; each suite and model has its own generator.
    """
    parts: dict[tuple[str, str], _Part] = {}
    for record in records:
        key = (record.model, record.suite)
        if key not in parts:
            parts[key] = _Part(limit, random.Random(f"{seed}/{key!r}"))  # noqa: S311 - a draw for showing
        parts[key].see(record)
    return tuple(part.chosen(*key) for key, part in parts.items())


@dataclass(slots=True)
class _Reservoir:
    limit: int
    rng: random.Random
    n_seen: int = 0
    kept: list[Record] = field(default_factory=list)

    def see(self, record: Record) -> None:
        self.n_seen += 1
        if len(self.kept) < self.limit:
            self.kept.append(record)
            return
        place = int(self.rng.random() * self.n_seen)
        if place < self.limit:
            self.kept[place] = record

    def draw(self, n: int) -> list[Record]:
        """Return at most n of the kept, in data order."""
        some = self.kept if n >= len(self.kept) else self.rng.sample(self.kept, max(0, n))
        return sorted(some, key=lambda record: record.sample.index)


class _Part:
    def __init__(self, limit: int, rng: random.Random) -> None:
        self._limit = limit
        self._failed = _Reservoir(limit, rng)
        self._answered = _Reservoir(limit, rng)

    def see(self, record: Record) -> None:
        part = self._failed if isinstance(record.answer, Failure) else self._answered
        part.see(record)

    def chosen(self, model: str, suite: str) -> Chosen:
        failed = self._failed.draw(self._limit)
        answered = self._answered.draw(self._limit - len(failed))
        return Chosen(
            model=model,
            suite=suite,
            n_total=self._failed.n_seen + self._answered.n_seen,
            n_failed=self._failed.n_seen,
            records=(*failed, *answered),
        )
