"""What the line of a run says of its numbers, up to that run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from harness.core.history import Series
from harness.core.run import Manifest
from harness.engine.history import with_shifts
from harness.store.histories import read_histories


@dataclass(frozen=True, slots=True)
class LineHistory:
    """The series that a run belongs to, ending with it."""

    series: tuple[Series, ...]
    warnings: tuple[str, ...]
    """One sentence for each folder that had to be left out."""


def line_history(manifest: Manifest, root: Path) -> LineHistory:
    """Read the history of a run's line as it was on the day of the run.

    Args:
        manifest: of the run; one outside any line has no history.
        root: folder of the run folders.

    Raises:
        StoreError: the folder cannot be read.
    """
    if not manifest.line:
        return LineHistory((), ())
    known = read_histories(root, line=manifest.line)
    return LineHistory(tuple(_until(known.series, manifest.run_id)), known.warnings)


def _until(all_series: tuple[Series, ...], run_id: str) -> Iterator[Series]:
    for series in all_series:
        places = [i for i, point in enumerate(series.points) if point.run_id == run_id]
        if places:
            yield with_shifts(replace(series, points=series.points[: places[0] + 1]))
