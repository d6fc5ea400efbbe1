"""Pipelines that were fitted elsewhere and stored in a file."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
import skops.io
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import LinearSVC

from harness.adapters.sklearn import SklearnAdapter
from harness.conformance import check_adapter
from harness.core.errors import AdapterError, ConfigError, SourceError
from harness.core.identity import hash_file
from harness.core.request import Classify, Request
from harness.core.response import Classification, Response
from harness.sources.source import Source

_SUBJECTS = ("film", "plot", "cast", "score", "ending", "script", "sequel", "camera", "joke", "cut")
TEXTS = [
    f"a {word} {subject}"
    for word in ("splendid", "lovely", "superb", "dreadful", "dull", "awful")
    for subject in _SUBJECTS
]
LABELS = [label for label in ("good", "bad") for _ in range(30)]
QUESTIONS = ["a splendid joke", "an awful cut, and dull", "nothing of the kind"]


def pipeline(estimator: Any, labels: list[Any] | None = None) -> Any:
    return make_pipeline(TfidfVectorizer(), estimator).fit(TEXTS, labels or LABELS)


def stored(fitted: Any, folder: Path) -> Path:
    path = folder / "model.skops"
    skops.io.dump(fitted, path)
    return path


def outputs(adapter: SklearnAdapter) -> list[Classification]:
    requests = [Request(text, Classify(text=text)) for text in QUESTIONS]
    found = {}
    for exchange in adapter.open().respond(requests):
        assert isinstance(exchange.answer, Response)
        assert isinstance(exchange.answer.output, Classification)
        found[exchange.request.id] = exchange.answer.output
    return [found[text] for text in QUESTIONS]


def test_a_skops_file_answers_as_the_pipeline_did(tmp_path: Path) -> None:
    fitted = pipeline(LogisticRegression())
    answers = outputs(SklearnAdapter(path=str(stored(fitted, tmp_path))))
    np.testing.assert_array_equal(
        [answer.scores for answer in answers], fitted.predict_proba(QUESTIONS)
    )
    assert all(answer.is_probability for answer in answers)


def test_a_stored_pipeline_keeps_the_promises_of_an_adapter(tmp_path: Path) -> None:
    check_adapter(SklearnAdapter(path=str(stored(pipeline(LogisticRegression()), tmp_path))))


def test_nearest_neighbours_need_no_trust(tmp_path: Path) -> None:
    fitted = pipeline(KNeighborsClassifier(metric="cosine"))
    answers = outputs(SklearnAdapter(path=str(stored(fitted, tmp_path))))
    assert [answer.label for answer in answers] == fitted.predict(QUESTIONS).tolist()


def test_decision_values_of_several_classes_keep_their_columns(tmp_path: Path) -> None:
    labels = [i % 3 for i in range(len(TEXTS))]
    fitted = pipeline(LinearSVC(random_state=0), labels)
    answers = outputs(SklearnAdapter(path=str(stored(fitted, tmp_path))))
    assert {answer.labels for answer in answers} == {("0", "1", "2")}
    assert not any(answer.is_probability for answer in answers)
    np.testing.assert_array_equal(
        [answer.scores for answer in answers], fitted.decision_function(QUESTIONS)
    )
    assert [answer.label for answer in answers] == [str(p) for p in fitted.predict(QUESTIONS)]


def test_the_identity_is_the_files_bytes(tmp_path: Path) -> None:
    path = stored(pipeline(LogisticRegression()), tmp_path)
    identity = SklearnAdapter(path=str(path)).open().identity
    assert identity.parts["weights"] == hash_file(path)
    (tmp_path / "other").mkdir()
    other = stored(pipeline(LogisticRegression(C=9.0)), tmp_path / "other")
    assert SklearnAdapter(path=str(other)).open().identity.fingerprint != identity.fingerprint


def test_a_wrong_pin_is_refused(tmp_path: Path) -> None:
    path = stored(pipeline(LogisticRegression()), tmp_path)
    with pytest.raises(SourceError, match="not the pinned"):
        SklearnAdapter(path=str(path), sha256="0" * 64).open()


def test_an_untrusted_type_is_named_with_the_remedy(tmp_path: Path) -> None:
    fitted = make_pipeline(
        FunctionTransformer(np.char.lower), TfidfVectorizer(), LogisticRegression()
    ).fit(TEXTS, LABELS)
    path = stored(fitted, tmp_path)
    (name,) = skops.io.get_untrusted_types(file=path)
    with pytest.raises(ConfigError, match=f'write trusted = ."{name}".'):
        SklearnAdapter(path=str(path)).open()
    answers = outputs(SklearnAdapter(path=str(path), trusted=(name,)))
    assert [answer.label for answer in answers] == fitted.predict(QUESTIONS).tolist()


def _pickle_dump(fitted: object, path: Path) -> None:
    path.write_bytes(pickle.dumps(fitted))


@pytest.mark.parametrize("dump", [joblib.dump, _pickle_dump])
@pytest.mark.parametrize("name", ["model.joblib", "model.pkl", "disguised.skops"])
def test_a_pickle_is_refused_unless_allowed(
    tmp_path: Path, dump: Callable[[object, Path], object], name: str
) -> None:
    fitted = pipeline(LogisticRegression())
    path = tmp_path / name
    dump(fitted, path)
    with pytest.raises(ConfigError, match="allow_pickle = true"):
        SklearnAdapter(path=str(path)).open()
    answers = outputs(SklearnAdapter(path=str(path), allow_pickle=True))
    np.testing.assert_array_equal(
        [answer.scores for answer in answers], fitted.predict_proba(QUESTIONS)
    )


class Bomb:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.path,))


def test_a_refused_pickle_runs_nothing(tmp_path: Path) -> None:
    path, crater = tmp_path / "model.pkl", tmp_path / "crater"
    _pickle_dump(Bomb(crater), path)
    with pytest.raises(ConfigError):
        SklearnAdapter(path=str(path)).open()
    assert not crater.exists()
    with pytest.raises(AdapterError):
        SklearnAdapter(path=str(path), allow_pickle=True).open()
    assert crater.exists()


def test_a_damaged_file_is_an_adapter_error(tmp_path: Path) -> None:
    path = stored(pipeline(LogisticRegression()), tmp_path)
    data = bytearray(path.read_bytes())
    data[200:260] = bytes(60)
    path.write_bytes(data)
    with pytest.raises(AdapterError, match=r"model\.skops: cannot be loaded"):
        SklearnAdapter(path=str(path)).open()
    (tmp_path / "noise.pkl").write_bytes(b"noise")
    with pytest.raises(AdapterError, match=r"noise\.pkl: cannot be loaded"):
        SklearnAdapter(path=str(tmp_path / "noise.pkl"), allow_pickle=True).open()


def test_what_scores_no_classes_is_refused(tmp_path: Path) -> None:
    numbers = [float(i) for i in range(len(TEXTS))]
    path = stored(pipeline(Ridge(), numbers), tmp_path)
    with pytest.raises(AdapterError, match="neither predict_proba nor decision_function"):
        SklearnAdapter(path=str(path)).open()


def test_an_unfitted_pipeline_is_refused(tmp_path: Path) -> None:
    path = stored(make_pipeline(TfidfVectorizer(), LogisticRegression()), tmp_path)
    with pytest.raises(AdapterError, match="is not fitted"):
        SklearnAdapter(path=str(path)).open()


def test_a_source_archive_may_hold_the_pipeline() -> None:
    adapter = SklearnAdapter(
        package="p", version="1", sha256="0" * 64, file="p-1/model.skops", sdist=True
    )
    assert isinstance(adapter, Source)
