"""Which samples a page shows: every failure it can, and a seeded random draw of the rest."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from harness.core.response import Failure
from harness.core.run import Outline, Record, Records


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The samples shown of one suite and model, failures first, each part in data order."""

    model: str
    suite: str
    n_total: int
    n_failed: int
    records: tuple[Record, ...]
    is_elsewhere: bool = False
    """Whether its answers are shown elsewhere on the page, so that here are only failures."""

    @property
    def n_failed_shown(self) -> int:
        """How many of the shown samples are failures."""
        return sum(isinstance(record.answer, Failure) for record in self.records)


def choose_samples(
    records: Records | Iterable[Record],
    *,
    limit: int,
    seed: int,
    only_failures: Collection[str] = (),
) -> tuple[Chosen, ...]:
    """Go through the records once and keep at most ``limit`` for each suite and model.

    Memory is bounded by the limit, not by the records: each part is a reservoir of its own
    (Vitter's algorithm R), so that every sample has the same chance to be shown. Records on disk
    are drawn by their outlines, and only those drawn are read.

    Args:
        records: in any order that is the same each time.
        limit: samples per suite and model.
        seed: of the draw; each suite and model has its own generator.
        only_failures: suites whose answers are shown elsewhere: of these, what failed.
    """
    parts: dict[tuple[str, str], _Part] = {}
    for outline in _outlines(records):
        key = (outline.model, outline.suite)
        if key not in parts:
            parts[key] = _Part(limit, random.Random(f"{seed}/{key!r}"))  # noqa: S311 - a draw for showing
        parts[key].see(outline, is_shown=outline.is_failure or outline.suite not in only_failures)
    drawn = {key: part.draw() for key, part in parts.items()}
    found = _found(records, {_key(outline) for own in drawn.values() for outline in own})
    return tuple(
        Chosen(
            model=model,
            suite=suite,
            n_total=parts[model, suite].n_seen,
            n_failed=parts[model, suite].n_failed,
            records=tuple(found[_key(outline)] for outline in own),
            is_elsewhere=suite in only_failures,
        )
        for (model, suite), own in drawn.items()
    )


_Key = tuple[str, str, str]


def _key(outline: Outline) -> _Key:
    return outline.model, outline.suite, outline.sample_id


def _outlines(records: Records | Iterable[Record]) -> Iterator[Outline]:
    if isinstance(records, Records):
        yield from records.outlines()
        return
    for record in records:
        is_failure = isinstance(record.answer, Failure)
        sample = record.sample
        yield Outline(record.model, record.suite, sample.id, sample.index, is_failure)


def _found(records: Records | Iterable[Record], keys: set[_Key]) -> dict[_Key, Record]:
    some = records.chosen(keys) if isinstance(records, Records) else records
    found = ((record.model, record.suite, record.sample.id, record) for record in some)
    return {key: record for *names, record in found if (key := tuple(names)) in keys}


@dataclass(slots=True)
class _Reservoir:
    limit: int
    rng: random.Random
    n_seen: int = 0
    kept: list[Outline] = field(default_factory=list)

    def see(self, outline: Outline, *, is_shown: bool = True) -> None:
        self.n_seen += 1
        if not is_shown:
            return
        if len(self.kept) < self.limit:
            self.kept.append(outline)
            return
        place = int(self.rng.random() * self.n_seen)
        if place < self.limit:
            self.kept[place] = outline

    def draw(self, n: int) -> list[Outline]:
        """Return at most n of the kept, in data order."""
        some = self.kept if n >= len(self.kept) else self.rng.sample(self.kept, max(0, n))
        return sorted(some, key=lambda outline: outline.index)


class _Part:
    """The failures and the answers of one suite on one model."""

    def __init__(self, limit: int, rng: random.Random) -> None:
        self._limit = limit
        self._failed = _Reservoir(limit, rng)
        self._answered = _Reservoir(limit, rng)

    @property
    def n_seen(self) -> int:
        return self._failed.n_seen + self._answered.n_seen

    @property
    def n_failed(self) -> int:
        return self._failed.n_seen

    def see(self, outline: Outline, *, is_shown: bool = True) -> None:
        (self._failed if outline.is_failure else self._answered).see(outline, is_shown=is_shown)

    def draw(self) -> tuple[Outline, ...]:
        """Return what is to be shown, failures first."""
        failed = self._failed.draw(self._limit)
        return (*failed, *self._answered.draw(self._limit - len(failed)))
