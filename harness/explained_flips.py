"""How the answers to samples that moved between two runs were explained, on both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from harness.core.comparison import ExplainedTwice, Pair
from harness.core.explained import Explained
from harness.core.explanations import Method, believed
from harness.core.response import Response
from harness.core.run import Record
from harness.explanations import tried_methods
from harness.operand import Operand
from harness.store.samples_file import StoredRecords

_ById = Mapping[str, Explained]


@dataclass(frozen=True, slots=True)
class ExplainedFlips:
    """What one method makes of the samples of one pair that moved."""

    method: str
    baseline: _ById
    candidate: _ById

    def of(self, sample_id: str) -> ExplainedTwice | None:
        """Return both explanations of a sample; None where either side has none."""
        before, after = self.baseline.get(sample_id), self.candidate.get(sample_id)
        if before is None or after is None:
            return None
        return ExplainedTwice(method=self.method, baseline=before, candidate=after)


NOTHING = ExplainedFlips("", {}, {})


def explained_flips(
    baseline: Operand, candidate: Operand, pair: Pair, ids: Sequence[str]
) -> ExplainedFlips:
    """Read how some samples of a pair were explained, by the most trusted method of both sides.

    None where the candidate has no method to believe.

    Args:
        baseline: the side to compare with.
        candidate: the side in question, whose trials tell which method is trusted most.
        pair: the suite, and the model of each side.
        ids: of the samples.

    Raises:
        StoreError: records cannot be read.
    """
    before = _methods(baseline, pair.baseline_model, pair.suite)
    after = _methods(candidate, pair.candidate_model, pair.suite)
    shared = believed([after[label] for label in after if label in before])
    if not shared or not ids:
        return NOTHING
    label = shared[0].label
    return ExplainedFlips(
        label,
        _read(baseline, pair.baseline_model, before[label].suite, ids),
        _read(candidate, pair.candidate_model, after[label].suite, ids),
    )


def _methods(operand: Operand, model: str, suite: str) -> dict[str, Method]:
    tried = tried_methods(operand.run, operand.folder)
    return {one.label: one for one in tried.get((model, suite), [])}


def _read(operand: Operand, model: str, suite: str, ids: Sequence[str]) -> _ById:
    keys = {(model, suite, name) for name in ids}
    found = StoredRecords(operand.folder).chosen(keys)
    return {
        record.sample.id: explained
        for record in found
        if (explained := _explained(record)) is not None
    }


def _explained(record: Record) -> Explained | None:
    """Return an explanation without its maps, which a comparison does not show."""
    answer = record.answer
    if not (isinstance(answer, Response) and isinstance(answer.output, Explained)):
        return None
    found = answer.output
    return replace(found, attribution=replace(found.attribution, attention=None))
