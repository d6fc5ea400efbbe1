"""Samples whose options, where their texts list them, are no part of what may be disturbed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.core.open_text import OpenText
from harness.core.sample import Sample
from harness.suites.forms.shown_options import are_marks, shown_options
from harness.suites.sample_task import Samples


@dataclass(frozen=True, slots=True)
class FixedOptions:
    """The samples of a multiple-choice data set: an answer names an option as it stands."""

    samples: Samples

    @property
    def n_samples(self) -> int:
        """As many as there are."""
        return self.samples.n_samples

    @property
    def data_hash(self) -> str:
        """The samples' own."""
        return self.samples.data_hash

    def __iter__(self) -> Iterator[Sample]:
        """Yield the samples in order."""
        return map(_with_fixed_options, self.samples)


def _with_fixed_options(sample: Sample) -> Sample:
    if sample.open_spans is None or not _may_be_listed(sample):
        return sample
    shown = shown_options(sample.text, sample.choices)
    if shown is None:
        return sample
    listed = (shown.marks[0][0], shown.contents[-1][1])
    rest = OpenText.within(sample.text, sample.open_spans, (listed,))
    return replace(sample, open_spans=rest.spans)


def _may_be_listed(sample: Sample) -> bool:
    """Tell at little cost whether what may be disturbed can hold an option: most do not."""
    if are_marks(sample.choices):
        return True
    stretches = OpenText.of(sample).stretches
    return any(choice.strip() in stretch for choice in sample.choices for stretch in stretches)
