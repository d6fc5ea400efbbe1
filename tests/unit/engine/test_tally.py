"""What is said of an evaluation whose samples have all failed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from harness.core.request import Classify
from harness.core.response import Failure, FailureKind
from harness.core.run import Record
from harness.core.sample import Sample
from harness.engine.tally import Tally

_SIGNS = (FailureKind.UNDISTURBED, "the text has no words that could be masked")
_NAN = (FailureKind.PROTOCOL, "a finite number was expected, not nan")
_OTHER = (FailureKind.PROTOCOL, "a finite number was expected, not inf")
_MUTE = (FailureKind.PROTOCOL, "")


def told(failures: Sequence[tuple[FailureKind, str]]) -> str:
    tally = Tally()
    for place, (kind, message) in enumerate(failures):
        tally.add(
            Record(
                model="m",
                suite="s",
                sample=Sample(id=str(place), index=place, text="x"),
                payload=Classify(text="x"),
                answer=Failure(kind=kind, message=message),
                scores={},
                unscored={},
            )
        )
    return tally.failures_told


@pytest.mark.parametrize(
    ("failures", "expected"),
    [
        ([_NAN, _OTHER], f"2 samples failed, the first so: {_NAN[1]}"),
        (
            [_SIGNS, _NAN, _OTHER, _NAN],
            f"4 samples failed, 3 of them as 'protocol', the first of these so: {_NAN[1]}",
        ),
        (
            [_SIGNS, _NAN],
            f"2 samples failed, 1 of them as 'undisturbed', the first of these so: {_SIGNS[1]}",
        ),
        ([_MUTE, _NAN], f"2 samples failed, the first so: {_NAN[1]}"),
        ([_MUTE], "1 samples failed"),
        ([], "0 samples failed"),
    ],
)
def test_the_commonest_kind_of_failure_is_quoted_with_its_count(
    failures: Sequence[tuple[FailureKind, str]], expected: str
) -> None:
    assert told(failures) == expected
