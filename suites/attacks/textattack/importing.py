"""Imports TextAttack late, with its data in place and without what it does beside.

Left to itself TextAttack 0.3.11 downloads at its first import, fails there without NLTK's stop
words, and never tries again. It also changes a variable of the environment.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType

from harness.core.errors import ConfigError
from harness.core.silence import silenced
from harness.sources.lexicons.nltk_data import use_nltk_data
from harness.suites.attacks.textattack.installed import EXTRA, versions
from harness.suites.attacks.textattack.needs import textattack_cache

LOGGER = "textattack.shared.utils.install"
"""Of all of TextAttack."""
_MARKER = "post_install_check_3"
"""The file that tells TextAttack that its downloads are done."""


@cache
def textattack() -> ModuleType:
    """Return the package, imported.

    Raises:
        ConfigError: it is not installed, or cannot be imported.
        SourceError: NLTK's data cannot be had.
    """
    versions()
    use_nltk_data()
    try:
        with ExitStack() as around:
            around.enter_context(silenced("flair", "textattack"))
            around.enter_context(_unchanged_environment("TOKENIZERS_PARALLELISM"))
            around.enter_context(_no_first_download())
            import textattack
    except (ImportError, LookupError, OSError, AttributeError) as error:
        reason = f"cannot be imported: {type(error).__name__}: {error}"
        raise ConfigError("the package textattack", reason, EXTRA) from error
    module: ModuleType = textattack
    return module


@contextmanager
def no_nltk_download() -> Iterator[None]:
    """Keep a recipe from asking for a network where the data is in place already."""
    import nltk

    download = nltk.download
    nltk.download = lambda *_args, **_options: True
    try:
        yield
    finally:
        nltk.download = download


@contextmanager
def _no_first_download() -> Iterator[None]:
    marker = textattack_cache() / _MARKER
    is_ours = not marker.exists()
    if is_ours:
        marker.parent.mkdir(parents=True, exist_ok=True)
        marker.touch()
    try:
        yield
    finally:
        # Nothing was downloaded: whoever uses TextAttack by itself is still to get its data.
        if is_ours:
            Path(marker).unlink(missing_ok=True)


@contextmanager
def _unchanged_environment(name: str) -> Iterator[None]:
    before = os.environ.get(name)
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = before
