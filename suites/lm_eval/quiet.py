"""Keeps what lm-eval, its tasks and their packages say to users of its own command to itself."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, redirect_stdout

from harness.core.silence import silenced


def quiet() -> AbstractContextManager[None]:
    """Silence the logs of lm-eval and of what fetches its data, and all warnings."""
    return silenced("lm_eval", "datasets", "huggingface_hub")


def no_prints() -> AbstractContextManager[object]:
    """Keep what tasks print while they load out of our output."""
    return redirect_stdout(io.StringIO())


@contextmanager
def no_progress_bars() -> Iterator[None]:
    """Keep ``datasets`` from drawing bars among ours."""
    from datasets import disable_progress_bars, enable_progress_bars, is_progress_bar_enabled

    had_bars = is_progress_bar_enabled()
    disable_progress_bars()
    try:
        yield
    finally:
        if had_bars:
            enable_progress_bars()
