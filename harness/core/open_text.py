"""A text, and what of it comes from the data: the rest are words of a template, or options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.core.ports import Task
from harness.core.sample import Sample, Span

_VERSION = "1"
"""Raised whenever other stretches of the same text would be open."""


@dataclass(frozen=True, slots=True)
class OpenText:
    """A text of which some stretches may change: what disturbs it touches nothing else."""

    text: str
    spans: tuple[Span, ...]
    """Where each stretch begins and ends, in order; without white space at its ends."""

    @classmethod
    def of(cls, sample: Sample) -> OpenText:
        """Return the text of a sample; all of it is open where nothing is known to be fixed."""
        if sample.open_spans is None:
            return cls(sample.text, ((0, len(sample.text)),))
        return cls(sample.text, sample.open_spans)

    @classmethod
    def within(cls, text: str, spans: Sequence[Span], closed: Sequence[Span] = ()) -> OpenText:
        r"""Return a text that is open within some spans, but for others.

        Args:
            text: the whole.
            spans: in order, none in another.
            closed: in order; they may reach over several of those.

        >>> OpenText.within("Q: a b\nA:", [(3, 7)], [(3, 4)]).stretches
        ('b',)
        """
        left: list[Span] = []
        for start, stop in spans:
            begin = start
            for first, last in closed:
                if last > begin and first < stop:
                    left.append((begin, first))
                    begin = last
            left.append((begin, stop))
        trimmed = (_trimmed(text, span) for span in left)
        return cls(text, tuple(span for span in trimmed if span[0] < span[1]))

    @property
    def stretches(self) -> tuple[str, ...]:
        """What may change."""
        return tuple(self.text[start:stop] for start, stop in self.spans)

    def filled(self, stretches: Sequence[str]) -> str:
        r"""Return the text with others in place of its stretches.

        Args:
            stretches: as many as there are.

        >>> OpenText("Q: why?\nA:", ((3, 7),)).filled(["how?"])
        'Q: how?\nA:'
        """
        pieces: list[str] = []
        end = 0
        for (start, stop), new in zip(self.spans, stretches, strict=True):
            pieces += (self.text[end:start], new)
            end = stop
        return "".join((*pieces, self.text[end:]))


def draw_keys(sample: Sample) -> tuple[str, ...]:
    """Return what chance hangs on in each stretch of a sample's text.

    That is the sample's id alone where all of the text may change. Otherwise the stretch goes in:
    equal ones of a sample are to come out equal, others to draw for themselves.
    """
    if sample.open_spans is None:
        return (sample.id,)
    return tuple(f"{sample.id}/{text}" for text in OpenText.of(sample).stretches)


def version_of_open_text(sample: Sample | None) -> dict[str, str]:
    """Return what to say in a hash of what is done to the text of a sample, beside what is done.

    That is nothing where all of it may change. Where a template stays as it is it was otherwise
    once: its words were changed as well.
    """
    return {} if sample is None or sample.open_spans is None else {"open": _VERSION}


def version_of_open_texts(task: Task) -> dict[str, str]:
    """Return the same of all samples of a task, which are alike in this."""
    return version_of_open_text(next(iter(task.samples()), None))


def _trimmed(text: str, span: Span) -> Span:
    start, stop = span
    inner = text[start:stop]
    start += len(inner) - len(inner.lstrip())
    return start, max(start, stop - (len(inner) - len(inner.rstrip())))
