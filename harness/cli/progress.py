"""Progress on the terminal: a bar per suite with rate and time left; plain lines without one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import ProgressColumn as Column
from rich.text import Text

_REFRESH_EVERY = 64


class _Rate(Column):
    """Samples per second."""

    def render(self, task: Task) -> Text:
        """Return the rate, once there is one."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.1f}/s" if speed else "", style="cyan")


class TerminalProgress:
    """One bar per suite and model."""

    def __init__(self, bars: Progress, console: Console) -> None:
        self._bars = bars
        self._console = console
        self._task: TaskID | None = None
        self._n_failed = 0
        self._n_waiting = 0

    def begin(self, model: str, suite: str, n_samples: int) -> None:
        """Start a bar."""
        self._flush()
        self._n_failed = 0
        self._task = self._bars.add_task(f"{suite} · {model}", total=n_samples, failed="")

    def advance(self, *, failed: bool) -> None:
        """Move the bar; drawing is bundled, so that it costs nothing per sample."""
        self._n_waiting += 1
        self._n_failed += failed
        if self._n_waiting >= _REFRESH_EVERY or self._task_is_slow():
            self._flush()

    def note(self, text: str) -> None:
        """Print a line above the bars."""
        self._flush()
        self._console.print(text, style="dim", highlight=False, markup=False, soft_wrap=True)

    def _task_is_slow(self) -> bool:
        return self._task is not None and (self._bars.tasks[self._task].speed or 0) < _REFRESH_EVERY

    def _flush(self) -> None:
        if self._task is not None and self._n_waiting:
            failed = f"{self._n_failed} failed" if self._n_failed else ""
            self._bars.update(self._task, advance=self._n_waiting, failed=failed)
        self._n_waiting = 0


@contextmanager
def terminal_progress() -> Iterator[TerminalProgress]:
    """Show progress on standard error while the block runs."""
    console = Console(stderr=True, emoji=False)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        _Rate(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("[red]{task.fields[failed]}"),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        yield TerminalProgress(bars, console)
