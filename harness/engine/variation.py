"""What one repeat of a noise study does otherwise than its spec says, of what must not matter."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from harness.core.capability import Capability
from harness.core.ports import Adapter, Task
from harness.engine.driven_texts import DrivenTexts
from harness.engine.redrawing import is_drawing

BATCH_OPTIONS = ("batch_size", "max_batch_tokens")
"""Names under which adapters have the size of a batch as an option."""
_FACTORS = (1.0, 0.5, 2.0, 0.25)
"""Of the batch size, by repeat, over and over: the spec's own, half, double, a quarter."""
_SEED_BITS = 31
"""Seeds that every server takes for an integer."""

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """The settings of one repeat."""

    order_seed: int
    """Of the order in which samples are asked."""
    generation_seed: int
    """Added to the seeds of drawn tokens, where the temperature is above 0."""
    batch_factor: float
    """Batches are so many times as large."""

    @property
    def sentence(self) -> str:
        """What a reader of the run has to know."""
        return (
            "a repeat of a noise study: samples were asked in an order drawn with seed"
            f" {self.order_seed}; tokens, where any were drawn, with seeds greater by"
            f" {self.generation_seed}; batches were {self.batch_factor:g} times as large where the"
            " adapter allows"
        )


def variation_of(repeat: int, seed: int) -> Variation | None:
    """Return how a repeat is varied; None for the first, which does as the spec says.

    Args:
        repeat: from 0.
        seed: the spec's.

    >>> variation_of(0, 7) is None, variation_of(1, 7).batch_factor
    (True, 0.5)
    """
    if repeat == 0:
        return None
    draw = random.Random(f"{seed}/{repeat}")  # noqa: S311 - no secret
    return Variation(
        order_seed=draw.getrandbits(_SEED_BITS),
        generation_seed=draw.getrandbits(_SEED_BITS),
        batch_factor=_FACTORS[repeat % len(_FACTORS)],
    )


def batch_options(adapter: object, factor: float) -> dict[str, int]:
    """Return the adapter's batch sizes times ``factor``, by option; none where it has none.

    A batch of one cannot be made smaller: it is doubled instead.
    """
    if not dataclasses.is_dataclass(adapter) or isinstance(adapter, type):
        return {}
    # An adapter that has ``batch`` as a switch reads its batch size only when that is on.
    if getattr(adapter, "batch", True) is False:
        return {}
    sizes = {
        field.name: getattr(adapter, field.name)
        for field in dataclasses.fields(adapter)
        if field.name in BATCH_OPTIONS
    }
    return {
        name: _resized(size, factor)
        for name, size in sizes.items()
        if isinstance(size, int) and not isinstance(size, bool) and _resized(size, factor) != size
    }


def with_options(adapter: Adapter, options: dict[str, int]) -> Adapter:
    """Return the adapter with other values of some options."""
    if not options:
        return adapter
    changed: Any = dataclasses.replace(adapter, **options)  # type: ignore[type-var] # it is a dataclass: it has options
    varied: Adapter = changed
    return varied


def reordered(things: Sequence[Thing], seed: str) -> list[Thing]:
    """Shuffle; a shuffle that changes nothing (likely with two or three) is turned round."""
    shuffled = random.Random(seed).sample(things, len(things))  # noqa: S311 - no secret
    is_same = all(new is old for new, old in zip(shuffled, things, strict=True))
    return shuffled[::-1] if is_same else shuffled


def is_drawn(task: Task, capability: Capability) -> bool:
    """Tell whether a suite lets the model draw tokens, by the question about its first sample.

    An attack or an explanation asks those of the task whose texts it changes.
    """
    task = task.task if isinstance(task, DrivenTexts) else task
    for sample in task.samples():
        return is_drawing(task.ask(sample, capability))
    return False


def _resized(size: int, factor: float) -> int:
    resized = max(1, round(size * factor))
    return 2 * size if factor < 1 and resized == size else resized
