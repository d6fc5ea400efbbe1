"""How much of an explanation falls on words that ought not to matter."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from harness.core.explained import Explained
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.core.scripts import UNSPACED
from harness.suites.bias.identity_terms import identity_spans
from harness.suites.metrics.mean_of_values import MeanOfNumbers
from harness.suites.metrics.of_pair import mass_and_share

Span = tuple[int, int]
_NUMBER = re.compile(r"[+-]?\d[\d.,:/%]*(?:st|nd|rd|th|s)?\b", re.IGNORECASE)
_ADDRESS = re.compile(
    rf"(?:https?://|www\.)[^\s{UNSPACED}\u3000-\u303f\uff00-\uff65]+", re.IGNORECASE
)
"""To the next white space; without spaces, to the next letter or sign of such a script."""
_WORD = re.compile(r"\w")


def _quantities(kind: str, words: str) -> tuple[Quantity, ...]:
    """Return what is told of one kind of words, over the texts that have such words."""
    over = f"mean over the explained texts that have {words}"
    return (
        Quantity(
            id=f"mass_on_{kind}",
            direction=Direction.NEITHER,
            definition=f"sizes of the values of {words} for the chosen output, added up, over those"
            f" of all parts; {over}",
        ),
        Quantity(
            id=f"share_of_{kind}",
            direction=Direction.NEITHER,
            definition=f"parts that are {words}, of all parts; {over}",
        ),
        Quantity(
            id=f"excess_on_{kind}",
            direction=Direction.NEITHER,
            definition=f"mass_on_{kind} less share_of_{kind}: above 0, {words} weigh more than"
            f" other parts do; {over}",
            low=-1.0,
        ),
    )


class AttributionMass(MeanOfNumbers):
    """Share of the values that falls on parts of one kind, beside their share of the parts."""

    __slots__ = ()

    version: ClassVar[str] = "2"

    @property
    def signature(self) -> Mapping[str, str]:
        """The version of what counts as such words."""
        return {"version": self.version}

    @abstractmethod
    def spans(self, text: str, parts: Sequence[Span]) -> Sequence[Span]:
        """Return where a text has words of the kind, in characters."""

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return mass, share, and the first less the second; none of a text without such words."""
        if not isinstance(output, Explained):
            return Unscored(f"an explanation is needed, not a {type(output).__name__}")
        found = self.spans(sample.text, output.spans)
        own = [
            place
            for place, part in enumerate(output.spans)
            if any(_overlap(part, each) for each in found)
        ]
        if not own:
            return Unscored("the text has no such words", is_moot=True)
        column = output.attribution.column(output.chosen)
        if column is None:
            return Unscored("the method has not explained the chosen output")
        values = [row[column] for row in output.attribution.values]
        both = mass_and_share(values, own, output.scale)
        if both is None:
            return Unscored(
                "the values of the parts add up to nothing but rounding, or to no number"
            )
        return Scored((*both, both[0] - both[1]))


def _overlap(first: Span, second: Span) -> bool:
    return first[0] < second[1] and second[0] < first[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class MassOnIdentity(AttributionMass):
    """Terms for people by gender, religion, nationality, age, disability."""

    name: ClassVar[str] = "mass_on_identity"
    version: ClassVar[str] = "4"
    quantities: ClassVar[tuple[Quantity, ...]] = _quantities("identity", "identity terms")

    def spans(self, text: str, parts: Sequence[Span]) -> Sequence[Span]:
        """Return the terms of the axes that come with the harness."""
        del parts
        return identity_spans(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class MassOnNumbers(AttributionMass):
    """Numbers in digits, outside of web addresses."""

    name: ClassVar[str] = "mass_on_number"
    version: ClassVar[str] = "3"
    quantities: ClassVar[tuple[Quantity, ...]] = _quantities("number", "numbers")

    def spans(self, text: str, parts: Sequence[Span]) -> Sequence[Span]:
        """Return parts that a number begins."""
        addresses = [match.span() for match in _ADDRESS.finditer(text)]
        return [
            part
            for part in parts
            if _NUMBER.match(text, part[0], part[1])
            and not any(_overlap(part, address) for address in addresses)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class MassOnAddresses(AttributionMass):
    """Web addresses."""

    name: ClassVar[str] = "mass_on_address"
    version: ClassVar[str] = "3"
    quantities: ClassVar[tuple[Quantity, ...]] = _quantities("address", "web addresses")

    def spans(self, text: str, parts: Sequence[Span]) -> Sequence[Span]:
        """Return what begins as one and goes on to white space, or a script without any."""
        del parts
        return [match.span() for match in _ADDRESS.finditer(text)]


@dataclass(frozen=True, slots=True, kw_only=True)
class MassOnPunctuation(AttributionMass):
    """Parts without a letter or a digit; signs behind a word belong to the word."""

    name: ClassVar[str] = "mass_on_punctuation"
    quantities: ClassVar[tuple[Quantity, ...]] = _quantities("punctuation", "signs alone")

    def spans(self, text: str, parts: Sequence[Span]) -> Sequence[Span]:
        """Return the parts that are no word."""
        return [part for part in parts if not _WORD.search(text, *part)]


MASS_METRICS = (MassOnIdentity(), MassOnNumbers(), MassOnAddresses(), MassOnPunctuation())
