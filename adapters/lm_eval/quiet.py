"""What lm-eval's classes write to the terminal: kept away from it, and heard where it matters."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from io import StringIO

from harness.core.silence import silenced

_LOST_TEXTS = ("Could not parse generations", "API returned null content")
"""How classes for APIs log that they give an empty text where a server has given none (0.4.12)."""


@contextmanager
def quiet() -> Iterator[None]:
    """Keep lm-eval's words, those of transformers below it, and what both print, to themselves."""
    with ExitStack() as stack:
        stack.enter_context(silenced("lm_eval"))
        stack.enter_context(redirect_stdout(StringIO()))
        stack.enter_context(redirect_stderr(StringIO()))  # bars that no option turns off
        if "transformers" in sys.modules:
            from harness.adapters.transformers.quiet import quiet as quiet_transformers

            stack.enter_context(quiet_transformers())
        yield


def is_news(record: logging.LogRecord) -> bool:
    """Tell whether asyncio's log says what no failure says: filters out the rest of a batch.

    When one request of a batch fails, classes for APIs drop the others, and asyncio writes a
    traceback for each as it is forgotten; they are asked again.
    """
    return not record.getMessage().startswith("Task exception was never retrieved")


class LostTexts(logging.Handler):
    """Collects the warnings that texts have been lost; a context in which it listens."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message if it is one of those."""
        message = record.getMessage()
        if message.startswith(_LOST_TEXTS):
            self.messages.append(message)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear what lm-eval's model classes log, whatever level its log has."""
        logger = logging.getLogger("lm_eval.models")
        level, logger.level = logger.level, logging.WARNING
        propagate, logger.propagate = logger.propagate, False
        logger.addHandler(self)
        try:
            yield
        finally:
            logger.removeHandler(self)
            logger.propagate = propagate
            logger.setLevel(level)
