"""How often a model does not do what a behavioural test expects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import ClassVar

from harness.core.identity import hash_json
from harness.core.response import Output
from harness.core.sample import Sample
from harness.core.score import Direction, Quantity, Score, Scored, Unscored
from harness.suites.expectation import TEST, Expectation
from harness.suites.metrics.mean_of_values import MeanOfValues
from harness.suites.question_groups import classifications_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour(MeanOfValues):
    """A case fails when any of its texts is answered otherwise than its test expects."""

    name: ClassVar[str] = "behaviour"
    quantities: ClassVar[tuple[Quantity, ...]] = (
        Quantity(
            id="failure_rate",
            direction=Direction.LOWER,
            definition="cases with an answer other than expected / cases answered (Ribeiro et al."
            " 2020: failure rate)",
            is_headline=True,
        ),
        Quantity(
            id="broken_share",
            direction=Direction.LOWER,
            definition="mean over cases of the share of variants (of an MFT: the text) that are"
            " answered otherwise than expected; does not grow with the number of variants",
        ),
    )

    expectations: Mapping[str, Expectation] = field(default_factory=dict)
    """What each test expects, by its name."""

    @property
    def signature(self) -> Mapping[str, str]:
        """What is expected."""
        expected = {name: asdict(each) for name, each in self.expectations.items()}
        return {"expectations": hash_json(expected)[:12]}

    def measure(self, sample: Sample, output: Output) -> Score:
        """Return whether the case fails, and the share of its texts that are to blame."""
        test = sample.slices.get(TEST, "")
        if test not in self.expectations:
            return Unscored(f"nothing is known of a test {test!r}")
        answers = classifications_in(output)
        if not answers:
            return Unscored(f"labels are needed, not a {type(output).__name__}")
        broken = self.expectations[test].broken(answers)
        if isinstance(broken, Unscored):
            return broken
        return Scored((float(any(broken)), sum(broken) / len(broken)))
