"""Puts the explanations of a run together, from what its folder keeps."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from harness.core.explained import Explained, LeftOut
from harness.core.explained_attacks import AttackMethod
from harness.core.explanations import (
    Explanations,
    Kind,
    Method,
    Paraphrased,
    ShownSample,
    WrittenAnswers,
)
from harness.core.request import ExplainText
from harness.core.response import Response
from harness.core.run import Evaluation, Record, Run
from harness.engine.explained_samples import ExplainedSample
from harness.engine.explained_words import global_words
from harness.engine.explanation_agreement import agreements_of
from harness.engine.explanation_verdicts import with_verdicts
from harness.engine.leaking_words import leaks_of, leant_words, target_counts
from harness.engine.shortcut_words import shortcuts_of
from harness.explained_attacks import explained_attacks
from harness.store.sample_scores import read_scores
from harness.store.sample_texts import read_texts
from harness.store.samples_file import StoredRecords

MAX_EXAMPLES = 3
"""Samples shown of each kind."""


def with_explanations(run: Run, folder: Path) -> Run:
    """Return the run with what its methods of explanation come to, where it has any.

    Raises:
        StoreError: the records are missing or damaged.
    """
    return replace(run, explanations=explanations(run, folder))


def explanations(run: Run, folder: Path) -> tuple[Explanations, ...]:
    """Put the methods of each suite beside each other, model by model.

    Args:
        run: as loaded from ``folder``.
        folder: its folder.

    Returns:
        One for each model and suite that has explained samples, in the order of the run.

    Raises:
        StoreError: the records are missing or damaged.
    """
    if not any(done.explainer for done in run.manifest.evaluations):
        return ()
    stored = _Stored(run, folder)
    return tuple(stored.explanations_of(*key, methods) for key, methods in _untested(run).items())


def tried_methods(run: Run, folder: Path) -> dict[tuple[str, str], list[Method]]:
    """Return the methods by model and explained suite, with their verdicts.

    Raises:
        StoreError: the records are missing or damaged.
    """
    if not any(done.explainer for done in run.manifest.evaluations):
        return {}
    stored = _Stored(run, folder)
    return {
        (model, suite): stored.tested(methods, stored.records_of(model, methods))
        for (model, suite), methods in _untested(run).items()
    }


def attacked_methods(run: Run, folder: Path) -> dict[tuple[str, str], Sequence[AttackMethod]]:
    """Return what methods make of attacked texts, by model and suite.

    Raises:
        StoreError: the records are missing or damaged.
    """
    if not any(done.explainer and done.attack for done in run.manifest.evaluations):
        return {}
    stored = _Stored(run, folder)
    found = {
        key: explained_attacks(run, stored.stored_records, key, None).methods
        for key in _untested(run)
    }
    return {key: methods for key, methods in found.items() if methods}


def _untested(run: Run) -> dict[tuple[str, str], list[Method]]:
    found: dict[tuple[str, str], list[Method]] = {}
    for done in run.manifest.evaluations:
        if done.explainer:
            methods = found.setdefault((done.model, done.clean), [])
            methods.extend([] if done.attack else [_method(run, done)])
    return found


def _method(run: Run, done: Evaluation) -> Method:
    return Method(
        suite=done.suite,
        label=done.explainer,
        estimates=tuple(
            each
            for each in run.estimates
            if (each.model, each.suite, each.slice) == (done.model, done.suite, None)
        ),
        n_explained=done.n_answered,
        n_failed=done.n_failed,
        note=done.error,
    )


class _Stored:
    """What a run folder keeps, read once for all models and suites."""

    def __init__(self, run: Run, folder: Path) -> None:
        self._run = run
        self._folder = folder
        self._scores = read_scores(folder)
        self._level = run.manifest.confidence_level

    def explanations_of(self, model: str, suite: str, methods: Sequence[Method]) -> Explanations:
        """Look at all methods on one suite of one model."""
        records = self.records_of(model, methods)
        methods = self.tested(methods, records)
        samples = _samples(records)
        found = Explanations(
            model=model,
            suite=suite,
            level=self._level,
            methods=tuple(_with_records(one, records[one.label]) for one in methods),
            n_samples=len(samples),
            agreements=tuple(agreements_of(samples, [one.label for one in methods], self._level)),
            examples=tuple(self._examples(samples)),
            notes=tuple(_notes(samples)),
            written=_written(samples),
        )
        lead = found.lead.label if found.lead else None
        attacks = explained_attacks(self._run, self.stored_records, (model, suite), lead)
        return self._with_words(replace(found, attacks=attacks), samples)

    def records_of(self, model: str, methods: Sequence[Method]) -> dict[str, list[Record]]:
        """Return the records of each method by its label."""
        return {one.label: self.stored_records(model, one.suite) for one in methods}

    def tested(
        self, methods: Sequence[Method], records: Mapping[str, Sequence[Record]]
    ) -> list[Method]:
        """Return the methods with what their trials show, corrected for each other."""
        tried = {
            method.suite: [
                (_cluster(record), one)
                for record in records[method.label]
                if (one := _explained(record)) is not None
            ]
            for method in methods
        }
        return with_verdicts(methods, tried, level=self._level, seed=self._run.manifest.seed)

    def _with_words(self, found: Explanations, samples: Sequence[ExplainedSample]) -> Explanations:
        """Add what is told of words by the method that leads."""
        if found.lead is None:
            return found
        words = global_words(samples, found.lead.label, self._level)
        leant = leant_words(samples, found.lead.label)
        texts = read_texts(self._folder, found.model, found.suite)
        return replace(
            found,
            words=words.words,
            n_words=words.n_words,
            shortcuts=shortcuts_of(samples, found.lead.label, self._level),
            leaks=tuple(leaks_of(leant, target_counts(texts, leant), self._level)),
        )

    def _examples(self, samples: Sequence[ExplainedSample]) -> Iterator[ShownSample]:
        """Choose the samples that are shown: by how wrong they are, and drawn without a look."""
        kinds: dict[Kind, list[ExplainedSample]] = {}
        for sample in samples:
            kinds.setdefault(_kind(sample), []).append(sample)
        wrong = sorted(kinds.pop(Kind.WRONG, []), key=_sureness, reverse=True)
        kinds = {
            Kind.SURE_AND_WRONG: wrong[:MAX_EXAMPLES],
            Kind.WRONG: wrong[MAX_EXAMPLES:],
            **kinds,
        }
        for kind, members in kinds.items():
            rng = random.Random(f"{self._run.manifest.seed}/{kind}")  # noqa: S311 - a draw for showing
            drawn = rng.sample(range(len(members)), min(MAX_EXAMPLES, len(members)))
            # The surest are all shown, and stay in their order.
            for place in sorted(drawn):
                sample = members[place]
                yield ShownSample(
                    kind=kind,
                    id=sample.id,
                    text=sample.text,
                    targets=sample.targets,
                    explained=sample.explained,
                )

    def stored_records(self, model: str, suite: str) -> list[Record]:
        """Return the records of one suite on one model."""
        scores = self._scores.get((model, suite))
        if scores is None:
            return []
        keys = {(model, suite, name) for name in scores.ids}
        return list(StoredRecords(self._folder).chosen(keys))


def _with_records(method: Method, records: Sequence[Record]) -> Method:
    """Return a method with what only its answers tell of it."""
    explained = [one for record in records if (one := _explained(record)) is not None]
    return replace(
        method,
        unit=explained[0].unit if explained else "",
        is_in_unit=bool(explained) and explained[0].attribution.is_in_output_unit,
        version=_version(records),
        n_explained=len(explained),
        n_capped=sum(one.attribution.is_capped for one in explained),
        paraphrased=_paraphrased(explained),
    )


def _paraphrased(explained: Sequence[Explained]) -> Paraphrased | None:
    tried = [one.paraphrase for one in explained if one.paraphrase is not None]
    if not tried:
        return None
    counts = Counter(one.left_out for one in tried)
    return Paraphrased(
        by=tried[0].by,
        n=len(tried),
        left_out={why: counts[why] for why in LeftOut if counts[why]},
    )


def _samples(records: Mapping[str, Sequence[Record]]) -> list[ExplainedSample]:
    """Return the samples with what each method, by its label, makes of them."""
    found: dict[str, dict[str, Explained]] = {}
    known: dict[str, Record] = {}
    for label, own in records.items():
        for record in own:
            explained = _explained(record)
            if explained is not None and explained.spans:
                known.setdefault(record.sample.id, record)
                found.setdefault(record.sample.id, {})[label] = explained
    in_order = sorted(known.values(), key=lambda record: record.sample.index)
    return [
        ExplainedSample(
            id=record.sample.id,
            text=record.sample.text,
            targets=record.sample.targets,
            cluster=_cluster(record),
            explained=found[record.sample.id],
        )
        for record in in_order
    ]


def _notes(samples: Sequence[ExplainedSample]) -> Iterator[str]:
    n_words = [max(len(one.spans) for one in sample.explained.values()) for sample in samples]
    n_single = n_words.count(1)
    if n_single:
        yield (
            f"{n_single} of {len(samples)} texts are one word, which cannot be ranked: no method "
            "is tried on them"
        )


def _written(samples: Sequence[ExplainedSample]) -> WrittenAnswers | None:
    """Count the answers whose text is read in other tokens; every method explains the same text."""
    told = {
        sample.id: next(iter(sample.explained.values())).is_read_as_written for sample in samples
    }
    known = {name: is_so for name, is_so in told.items() if is_so is not None}
    others = tuple(name for name, is_so in known.items() if not is_so)
    return WrittenAnswers(n=len(known), in_other_tokens=others) if known else None


def _cluster(record: Record) -> str:
    return record.sample.cluster or f"sample {record.sample.id}"


def _explained(record: Record) -> Explained | None:
    answer = record.answer
    if isinstance(answer, Response) and isinstance(answer.output, Explained):
        return answer.output
    return None


def _version(records: Sequence[Record]) -> str:
    payloads = (record.payload for record in records)
    return next((one.version for one in payloads if isinstance(one, ExplainText)), "")


def _kind(sample: ExplainedSample) -> Kind:
    explained = next(iter(sample.explained.values()))
    if not sample.targets or len(explained.outputs) == 1:
        return Kind.UNJUDGED
    is_right = explained.outputs[explained.chosen] in sample.targets
    return Kind.RIGHT if is_right else Kind.WRONG


def _sureness(sample: ExplainedSample) -> float:
    explained = next(iter(sample.explained.values()))
    return explained.whole[explained.chosen]
