"""Contexts at every depth, as samples: made anew each time, since all together are large."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from harness.core.sample import Sample
from harness.sources.samples import content
from harness.suites.position.context import Context, Form, place_of
from harness.suites.position.metric import DEPTH

_PLACEHOLDER = re.compile(r"\{(context|question)\}")
SIZE, BOTH = "size", "size and depth"
"""Slices beside ``DEPTH``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextSamples:
    """Each context of each size once at each depth."""

    form: Form
    prompt: str
    """With ``{context}`` and ``{question}``."""
    sizes: tuple[int, ...]
    depths: tuple[float, ...]
    limit: int | None
    """Most samples: as many whole contexts as fit, the sizes in turn."""

    @property
    def n_samples(self) -> int:
        """How many iteration yields."""
        n_all = self.form.n_contexts * len(self.sizes) * len(self.depths)
        return n_all if self._most is None else min(n_all, self._most)

    @property
    def data_hash(self) -> str:
        """SHA-256 (hex) over all of them, in order."""
        digest = hashlib.sha256()
        for sample in self:
            digest.update(content(sample))
        return digest.hexdigest()

    def __iter__(self) -> Iterator[Sample]:
        """Yield them, the depths of a context one after the other."""
        for index, (context, depth) in enumerate(islice(self._all(), self._most)):
            yield self._sample(context, depth, index)

    @property
    def _most(self) -> int | None:
        """The limit, less what would be a context at some of its depths only."""
        limit, n_depths = self.limit, len(self.depths)
        if limit is None or limit < n_depths:
            return limit
        return limit - limit % n_depths

    def _all(self) -> Iterator[tuple[Context, float]]:
        by_size = [self.form.contexts(size) for size in self.sizes]
        for peers in zip(*by_size, strict=True):
            for context in peers:
                for depth in self.depths:
                    yield context, depth

    def _sample(self, context: Context, depth: float, index: int) -> Sample:
        items = context.items(place_of(depth, context.size))
        right = context.answers[0]
        choices = [right, *context.rivals]
        random.Random(context.id).shuffle(choices)  # noqa: S311 - the same at every depth
        return Sample(
            id=f"{context.id}, depth {depth:g}",
            index=index,
            text=_filled(self.prompt, self.form.joined(items), context.question),
            targets=context.answers,
            choices=tuple(choices) if context.rivals else (),
            slices={
                DEPTH: f"{depth:g}",
                SIZE: str(context.size),
                BOTH: f"{context.size} at {depth:g}",
            },
            cluster=context.cluster,
        )


def _filled(prompt: str, context: str, question: str) -> str:
    # In one pass, since a document may well hold the word "{question}".
    parts = {"context": context, "question": question}
    return _PLACEHOLDER.sub(lambda match: parts[match[1]], prompt)
