"""Explained samples to look at: texts coloured by what their words speak for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from harness.core.comparison import Flip
from harness.core.explained import Explained
from harness.core.explanations import Explanations, ShownSample, believed
from harness.reports.coloured_text import ColouredText, coloured_text, largest_of, output_values
from harness.reports.sample_rows import LongText, explained_value, long_text

_MAX_NAME = 120
_TWO = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ColouredSide:
    """One colouring of a text."""

    title: str
    """Such as ``Why “good”, by shap``."""
    value: str
    """Of the output for the text as it is."""
    text: ColouredText


@dataclass(frozen=True, slots=True, kw_only=True)
class ColouredRow:
    """One sample."""

    anchor: str
    id: str
    target: LongText
    sides: tuple[ColouredSide, ...]


def coloured_rows(found: Explanations, samples: Sequence[ShownSample]) -> Iterator[ColouredRow]:
    """Yield the samples with at most two colourings each, by methods that there is reason to trust.

    Where the model is wrong: what speaks for its choice beside what speaks for the target, by the
    method that leads. Else the choice, by the two methods that lead; likewise of two labels, where
    what speaks for one speaks against the other.
    """
    for sample in samples:
        sides = tuple(_sides(found, sample))
        if sides:
            yield ColouredRow(
                anchor=_anchor(found, sample),
                id=sample.id,
                target=long_text("; ".join(sample.targets), _MAX_NAME),
                sides=sides,
            )


def _sides(found: Explanations, sample: ShownSample) -> Iterator[ColouredSide]:
    labels = [one.label for one in believed(found.ranked) if one.label in sample.explained]
    if not labels:
        return
    first = sample.explained[labels[0]]
    target = _missed(first, sample.targets)
    if target is None:
        for label in labels[:2]:
            yield from _side(sample, label, sample.explained[label].chosen, None)
        return
    places = first.chosen, target
    columns = [output_values(first, place) for place in places]
    largest = largest_of(*(values for values in columns if values is not None))
    for place in places:
        yield from _side(sample, labels[0], place, largest)


def coloured_flip(flip: Flip) -> Iterator[ColouredSide]:
    """Yield both sides of a sample that moved, with what speaks for the candidate's answer.

    So a word that says the same on both sides looks the same. Where the method tells of each
    side's own answer alone, that is shown. Both have one scale: the stronger mark is the larger
    value.
    """
    twice = flip.explained
    if twice is None:
        return
    sides = twice.baseline, twice.candidate
    answer = twice.candidate.outputs[twice.candidate.chosen]
    places = [_place(one, answer) for one in sides]
    if None in places:
        places = [one.chosen for one in sides]
    known = [output_values(one, place or 0) for one, place in zip(sides, places, strict=True)]
    largest = largest_of(*(values for values in known if values is not None))
    records = (flip.baseline, flip.candidate)
    for one, place, record, name in zip(
        sides, places, records, ("Baseline", "Candidate"), strict=True
    ):
        text = coloured_text(record.sample.text, one, place or 0, largest=largest)
        if text is not None:
            title = f"{name}: {_title(one, place or 0, twice.method)}"
            yield ColouredSide(title=title, value=explained_value(one, place or 0), text=text)


def _place(explained: Explained, output: str) -> int | None:
    """Return where an output is that the method has explained."""
    if output not in explained.outputs:
        return None
    place = explained.outputs.index(output)
    return None if explained.attribution.column(place) is None else place


def _missed(explained: Explained, targets: Sequence[str]) -> int | None:
    """Return the place of the target that a wrong answer has missed, where there is more to see."""
    names = explained.outputs
    if len(names) <= _TWO or names[explained.chosen] in targets:
        return None
    places = (names.index(target) for target in targets if target in names)
    return next((one for one in places if explained.attribution.column(one) is not None), None)


def _side(
    sample: ShownSample, label: str, output: int, largest: float | None
) -> Iterator[ColouredSide]:
    explained = sample.explained[label]
    text = coloured_text(sample.text, explained, output, largest=largest)
    if text is not None:
        yield ColouredSide(
            title=_title(explained, output, label),
            value=explained_value(explained, output),
            text=text,
        )


def _title(explained: Explained, output: int, label: str) -> str:
    if explained.unit == "log-probability":
        return f"Why it wrote “{explained.outputs[output][:_MAX_NAME]}”, by {label}"
    name = explained.outputs[output][:_MAX_NAME]
    start = f"Why “{name}”" if output == explained.chosen else f"What speaks for “{name}”"
    return f"{start}, by {label}"


def _anchor(found: Explanations, sample: ShownSample) -> str:
    key = f"explained {found.model} {found.suite} {sample.id}".encode("utf-8", "surrogatepass")
    return f"explained-{sha256(key).hexdigest()[:12]}"
