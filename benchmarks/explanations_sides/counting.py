"""What a model was asked, and what the process took for it: the same yardstick on both sides."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

KIB = 1024


@dataclass
class Count:
    """Of forward passes since ``measured`` began."""

    n_calls: int = 0
    n_texts: int = 0
    n_tokens: int = 0
    """Padding included."""
    model_cpu_s: float = 0.0
    _began: float = field(default=0.0, repr=False)

    def counted(self, said: Callable[[Sequence[str]], Any], texts: Sequence[str]) -> Any:
        """Count one call of a function of texts."""
        self.n_calls += 1
        self.n_texts += len(texts)
        began = time.process_time()
        answers = said(texts)
        self.model_cpu_s += time.process_time() - began
        return answers

    def watch(self, model: Any) -> None:
        """Count every forward pass of a torch model."""

        def before(_: Any, __: Any, named: dict[str, Any]) -> None:
            self.n_calls += 1
            self.n_texts += len(named["input_ids"])
            self.n_tokens += named["input_ids"].numel()
            self._began = time.process_time()

        def after(*_: Any) -> None:
            self.model_cpu_s += time.process_time() - self._began

        model.register_forward_pre_hook(before, with_kwargs=True)
        model.register_forward_hook(after)


def peak_bytes() -> int:
    """Return the most memory that the process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB


@contextmanager
def measured(count: Count, into: dict[str, Any]) -> Iterator[None]:
    """Write what the block takes into a dictionary."""
    count.n_calls = count.n_texts = count.n_tokens = 0
    count.model_cpu_s = 0.0
    peak, wall, cpu = peak_bytes(), time.perf_counter(), time.process_time()
    yield
    into["wall_s"] = time.perf_counter() - wall
    into["cpu_s"] = time.process_time() - cpu
    into["model_cpu_s"] = count.model_cpu_s
    into["more_bytes"] = peak_bytes() - peak
    into["n_calls"] = count.n_calls
    into["n_texts"] = count.n_texts
    into["n_tokens"] = count.n_tokens
