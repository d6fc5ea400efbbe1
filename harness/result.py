"""A run in a notebook: tables as pandas frames, and the report where the cell ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import registry
from harness.core.codec import encode_output
from harness.core.response import Failure
from harness.core.run import Record, Run
from harness.store.run_folder import REPORT, find_run, load_run_folder

if TYPE_CHECKING:
    import pandas as pd


_COLUMNS = (
    "model", "suite", "metric", "slice", "value", "low", "high", "level", "stderr", "n",
    "n_unscored", "n_clusters", "direction", "method", "seed", "signature", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    """A run that has been carried out or loaded."""

    run: Run
    folder: Path

    def to_frame(self) -> pd.DataFrame:
        """Return one row per metric, slice, suite and model.

        Columns: model, suite, metric, slice, value, low, high, level, stderr, n, n_unscored,
        n_clusters, direction, method, seed, signature, note.
        """
        import pandas as pd

        rows = [_estimate_row(estimate) for estimate in self.run.estimates]
        return pd.DataFrame(rows, columns=list(_COLUMNS))

    def samples(self) -> pd.DataFrame:
        """Return one row per sample, suite and model, scores as columns."""
        import pandas as pd

        return pd.DataFrame(list(self._sample_rows()))

    def _sample_rows(self) -> Iterator[Mapping[str, Any]]:
        for record in self.run.records:
            yield _record_row(record)

    @property
    def report(self) -> Path:
        """Path of the HTML report."""
        return self.folder / REPORT

    def _repr_html_(self) -> str:
        """Show the report in a notebook, in a frame of its own."""
        embedded: str = registry.find("reports", "html", "report")().embed(self.run)
        return embedded


def load_run(name: str | Path, *, root: str | Path = "runs") -> Result:
    """Load a run by folder, baseline, id, start of an id, or the ``latest`` one.

    Raises:
        ConfigError: there is none, several fit, or a baseline's run has been deleted.
        StoreError: it is damaged, or of a newer version.
    """
    folder = find_run(str(name), Path(root))
    return Result(load_run_folder(folder), folder)


def _estimate_row(estimate: Any) -> dict[str, Any]:
    interval = estimate.interval
    return {
        "model": estimate.model,
        "suite": estimate.suite,
        "metric": estimate.quantity.id,
        "slice": "" if estimate.slice is None else "=".join(estimate.slice),
        "value": estimate.value,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
        "level": interval.level if interval else None,
        "stderr": estimate.stderr,
        "n": estimate.n,
        "n_unscored": estimate.n_unscored,
        "n_clusters": estimate.n_clusters,
        "direction": str(estimate.quantity.direction),
        "method": interval.method if interval else "",
        "seed": estimate.seed,
        "signature": estimate.signature,
        "note": estimate.note,
    }


def _record_row(record: Record) -> dict[str, Any]:
    answer = record.answer
    if isinstance(answer, Failure):
        output, failure = None, f"{answer.kind}: {answer.message}"
    else:
        output, failure = encode_output(record.reading or answer.output), ""
    return {
        "model": record.model,
        "suite": record.suite,
        "sample_id": record.sample.id,
        "prompt": record.prompt,
        "targets": list(record.sample.targets),
        "choices": list(record.sample.choices),
        "answer": output,
        "failure": failure,
        **{f"slice.{name}": value for name, value in record.sample.slices.items()},
        **record.scores,
    }
