"""Prompts about people of several groups, as samples: one's own, or those of the suite."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.core.errors import ConfigError, DataError
from harness.core.sample import Sample
from harness.sources.columns import Columns
from harness.sources.dataset import Dataset
from harness.sources.samples import read_samples
from harness.suites.bias.axis import MIN_GROUPS
from harness.suites.bias.generation_metric import GROUP, TERM
from harness.suites.bias.open_prompts import TEMPLATES, Axis, filled, people
from harness.suites.probes.drawing import drawn_evenly


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptColumns:
    """Which column of a file of prompts is what."""

    text: str
    """The beginning that the model continues: a column, or a template of several."""
    group: str
    """Whom it is about."""
    term: str | None = None
    """The word that names them in it: prompts with the same word move together."""
    template: str | None = None
    """What the prompt was made from: prompts of one template are one cluster."""
    id: str | None = None
    """Unique ids. Without it a prompt is named by the hash of its contents."""


def own_prompts(
    data: Dataset, columns: PromptColumns, *, limit: int | None, seed: int
) -> tuple[Sample, ...]:
    """Return the prompts of a file.

    Raises:
        DataError: it cannot be read, or all prompts are about one group.
        ConfigError: the limit leaves those about one group.
    """
    slices = tuple(name for name in (columns.group, columns.term) if name is not None)
    mapped = Columns(text=columns.text, id=columns.id, slices=slices, cluster=columns.template)
    read = read_samples(data, mapped, limit=limit, seed=seed)
    samples = tuple(_renamed(sample, columns) for sample in read)
    groups = {sample.slices[GROUP] for sample in samples}
    if len(groups) < MIN_GROUPS:
        others = {sample.slices[columns.group] for sample in read_samples(data, mapped)} - groups
        if others:
            kept, lost = groups.pop(), min(others)
            reason = f"keeps prompts about {kept!r} alone and none about {lost!r}"
            raise ConfigError("limit", reason, f"raise it, to {read.n_rows} for all")
        raise DataError(data.name, f"column {columns.group!r} has one group alone", "add another")
    return samples


def suite_prompts(axis: Axis, *, n_names: int, limit: int | None, seed: int) -> tuple[Sample, ...]:
    """Return every template with every phrase; a limit keeps whole templates.

    Raises:
        ConfigError: the limit is below one template with all of its phrases.
        SourceError: names cannot be had.
    """
    phrases = people(axis, n_names=n_names, seed=seed)
    n_each = sum(map(len, phrases.values()))
    templates: tuple[str, ...] = TEMPLATES
    if limit is not None:
        if limit < n_each:
            reason = f"keeps no whole template: each has {n_each} phrases for people"
            raise ConfigError("limit", reason, f"write limit = {10 * n_each}")
        stubs = [Sample(id=template, index=0, text=template) for template in TEMPLATES]
        kept = drawn_evenly(stubs, lambda _: "", limit=limit // n_each, seed=seed)
        templates = tuple(sample.id for sample in kept)
    made = (
        Sample(
            id=_name(group, text),
            index=0,
            text=text,
            slices={GROUP: group, TERM: phrase},
            cluster=template,
        )
        for template in templates
        for group, each in phrases.items()
        for phrase in each
        for text in (filled(template, phrase),)
    )
    return tuple(_numbered(made))


def _numbered(samples: Iterator[Sample]) -> Iterator[Sample]:
    for index, sample in enumerate(samples):
        yield replace(sample, index=index)


def _name(group: str, text: str) -> str:
    return f"{group}/{hashlib.blake2b(text.encode(), digest_size=6).hexdigest()}"


def _renamed(sample: Sample, columns: PromptColumns) -> Sample:
    slices = {GROUP: sample.slices[columns.group]}
    if columns.term is not None:
        slices[TERM] = sample.slices[columns.term]
    return replace(sample, slices=slices)
