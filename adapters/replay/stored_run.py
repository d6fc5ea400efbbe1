"""Reads what a run folder holds about one model: who it was, and what it answered."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from harness.core.codec import decode_answer, decode_payload, encode_answer, encode_payload
from harness.core.contexts import parts_of, split
from harness.core.errors import AdapterError, ConfigError, did_you_mean
from harness.core.explained import Explained
from harness.core.identity import Identity, hash_json
from harness.core.request import AttackText, ExplainText
from harness.core.schema import version_of

_PARQUET, _JSONL, _MANIFEST = "samples.parquet", "samples.jsonl", "manifest.json"
_COLUMNS = ["model", "suite", "sample_id", "request", "answer"]
_BATCH = 5000
_ROUND = "LoadTest"
"""All rounds of a load ask the same, and one that was lost must not have another's times."""
_ORDERS = (AttackText.__name__, ExplainText.__name__)
_Key = TypeVar("_Key", str, tuple[str, str])
_Models: TypeAlias = Mapping[str, Mapping[str, object]]
"""Identity parts by model. They are written alike in every schema version until now."""


@dataclass(frozen=True, slots=True)
class _Row:
    model: str
    suite: str
    sample_id: str
    request: Mapping[str, Any]
    answer: str
    """JSON text: decoded only when it is asked for."""
    is_failure: bool


def find_model(folder: Path, name: str | None) -> str:
    """Return the model's name, which may be left out when the run has but one.

    Raises:
        ConfigError: no run there, no such model in it, or several and no name.
        AdapterError: the manifest is damaged, or the model was never asked.
        StoreError: a newer program wrote the run.
    """
    known, lost = _read_manifest(folder)
    if name is not None and name in lost:
        reason = f"holds no answers of model {name!r}, which was never asked ({lost[name]})"
        raise AdapterError(f"{folder.name}: {reason}")
    if name is None and len(known) == 1:
        return next(iter(known))
    if name is None:
        shown = ", ".join(known) or "no model"
        raise ConfigError("model", f"the run {folder.name} has {shown}", "write which one")
    if name not in known:
        reason = f"the run {folder.name} has no model {name!r}"
        raise ConfigError("model", reason, did_you_mean(name, known))
    return name


def read_identity(folder: Path, model: str) -> Identity:
    """Return the recorded model's identity, marked as replayed."""
    known, _ = _read_manifest(folder)
    parts = {name: str(text) for name, text in known[model].items() if name != "fingerprint"}
    # Who gave the answers: a comparison must know the model again, however often it is replayed.
    origin = str(known[model].get("origin", known[model].get("fingerprint", "")))
    return Identity({**parts, "replay": folder.resolve().name, "origin": origin})


class StoredAnswers:
    """What one model answered, as JSON text.

    Of several answers to one question, the first that is no failure stands.
    """

    def __init__(self) -> None:
        self._of_samples: dict[tuple[str, str], str] = {}
        self._of_any: dict[str, str] = {}
        self._failed: set[tuple[str, str] | str] = set()
        self._versions: dict[tuple[str, str], set[str]] = {}
        """Of explanations: which versions of the order for one there are."""
        self._paraphrases: dict[tuple[str, str], set[str]] = {}
        """Of explanations: how texts were put in other words, which old versions do not tell."""
        self._unnamed: dict[tuple[str, str], dict[str, str]] = {}
        """Of searches and explanations of old versions, which do not tell what was asked about the
        text: the last answer of each suite."""

    def add(self, row: _Row) -> None:
        """Keep the answer to one question about one sample, and to each part of it."""
        for each in (row, *_part_rows(row)):
            question = hash_json(each.request)
            self._keep(self._of_samples, (each.sample_id, question), each)
            if each.request.get("kind") in _ORDERS and not each.request.get("question"):
                of_suites = self._unnamed.setdefault((each.sample_id, question), {})
                of_suites[each.suite] = each.answer
            if each.request.get("kind") == ExplainText.__name__:
                unversioned = hash_json({**each.request, "version": ""})
                self._keep(self._of_samples, (each.sample_id, unversioned), each)
                for key in (question, unversioned):
                    self._note_kind((each.sample_id, key), each)
            if each.request.get("kind") != _ROUND:
                self._keep(self._of_any, question, each)

    def find(self, sample_id: str, question: str) -> str | None:
        """Return what was answered to the question (its hash) about this sample, or any other."""
        return self._of_samples.get((sample_id, question), self._of_any.get(question))

    def is_ambiguous(self, sample_id: str, question: str) -> bool:
        """Tell whether suites searched or explained in several ways, all for this question's hash.

        A request does not say which suite it is of, so that none of them can be preferred.
        """
        key = (sample_id, question)
        told = set(self._unnamed.get(key, {}).values())
        kinds = (self._versions.get(key, ()), self._paraphrases.get(key, ()), told)
        return any(len(each) > 1 for each in kinds)

    def _note_kind(self, key: tuple[str, str], row: _Row) -> None:
        self._versions.setdefault(key, set()).add(str(row.request["version"]))
        answer = json.loads(row.answer)
        if answer["kind"] == Explained.__name__:  # a failure may be of the same order, before
            paraphrase = answer.get("paraphrase") or {}
            self._paraphrases.setdefault(key, set()).add(str(paraphrase.get("by", "")))

    def _keep(self, answers: dict[_Key, str], key: _Key, row: _Row) -> None:
        if key not in answers or (key in self._failed and not row.is_failure):
            answers[key] = row.answer
            (self._failed.add if row.is_failure else self._failed.discard)(key)


def read_answers(folder: Path, model: str) -> StoredAnswers:
    """Return the answers of a model.

    Raises:
        AdapterError: the records are missing or damaged.
    """
    answers = StoredAnswers()
    try:
        for row in _rows(folder):
            if row.model == model:
                answers.add(row)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"holds a record that cannot be read ({type(error).__name__}: {error})"
        raise AdapterError(f"{folder}: {reason}") from error
    return answers


def _part_rows(row: _Row) -> Iterator[_Row]:
    """Yield a row for each part of a question that had several: so they are asked again."""
    if not (row.request.get("prompts") or row.request.get("questions")):
        return
    parts = parts_of(decode_payload(row.request))
    answers = split(parts, decode_answer(json.loads(row.answer)))
    for part, answer in zip(parts, answers, strict=True):
        request, text = encode_payload(part.payload), json.dumps(encode_answer(answer))
        yield _Row(row.model, row.suite, row.sample_id, request, text, row.is_failure)


def _read_manifest(folder: Path) -> tuple[_Models, Mapping[str, str]]:
    """Return the identity parts of each model, and why others were planned and never asked."""
    file = folder / _MANIFEST
    if not file.is_file():
        raise ConfigError("run", f"{folder} is no run's folder", f"it has no {_MANIFEST}")
    try:
        manifest = json.loads(file.read_bytes())
        version_of(manifest, str(file))
        models = {name: dict(parts) for name, parts in manifest["models"].items()}
        planned = {done["model"]: str(done["error"]) for done in manifest["evaluations"]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise AdapterError(f"{file}: is damaged ({type(error).__name__}: {error})") from error
    lost = {name: why or "it was not loaded" for name, why in planned.items() if name not in models}
    return models, lost


def _rows(folder: Path) -> Iterator[_Row]:
    # Where a kill has left both, the lines hold at least as much.
    if (folder / _PARQUET).exists() and not (folder / _JSONL).exists():
        return _parquet_rows(folder / _PARQUET)
    return _json_rows(folder / _JSONL)


def _parquet_rows(file: Path) -> Iterator[_Row]:
    from pyarrow.parquet import ParquetFile

    with ParquetFile(file) as parquet:
        for batch in parquet.iter_batches(batch_size=_BATCH, columns=_COLUMNS):
            for row in batch.to_pylist():
                answer = row["answer"]
                is_failure = json.loads(answer)["kind"] == "Failure"
                request = json.loads(row["request"])
                yield _row_of(row, request, answer, is_failure=is_failure)


def _json_rows(file: Path) -> Iterator[_Row]:
    with file.open("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):  # cut short by a kill: that answer was never kept
                return
            row = json.loads(line)
            request, answer = _opened(row["request"]), _opened(row["answer"])
            is_failure = answer["kind"] == "Failure"
            yield _row_of(row, request, json.dumps(answer), is_failure=is_failure)


def _row_of(
    row: Mapping[str, Any], request: Mapping[str, Any], answer: str, *, is_failure: bool
) -> _Row:
    return _Row(row["model"], row["suite"], row["sample_id"], request, answer, is_failure)


def _opened(value: str | Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a nested object, which a row holds as it is or as JSON text."""
    if isinstance(value, str):
        opened: Mapping[str, Any] = json.loads(value)
        return opened
    return value
