"""A cached pipeline's vocabularies are stored as texts, and come back as they were."""

from __future__ import annotations

from typing import Any

import pytest
import skops.io
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer

from harness.adapters.sklearn.packed_vocabulary import packed, unpack

TEXTS = ["one two three", "two\nthree four", "Größe 猫"]


def round_trip(pipeline: Any) -> Any:
    with packed(pipeline):
        data = skops.io.dumps(pipeline)
    found = skops.io.loads(data)
    unpack(found)
    return found


@pytest.mark.parametrize(
    "pipeline",
    [
        make_pipeline(TfidfVectorizer(ngram_range=(1, 2))),
        make_pipeline(make_union(TfidfVectorizer(), TfidfVectorizer(analyzer="char_wb"))),
        make_union(make_pipeline("passthrough", CountVectorizer())),
        make_pipeline(CountVectorizer(analyzer="char")),  # has the separator among its terms
        make_pipeline(CountVectorizer(vocabulary={"two": 1, "one": 0})),
    ],
)
def test_a_pipeline_comes_back_as_it_was(pipeline: Any) -> None:
    expected = pipeline.fit(TEXTS).transform(TEXTS).toarray()
    assert (round_trip(pipeline).transform(TEXTS).toarray() == expected).all()
    assert (pipeline.transform(TEXTS).toarray() == expected).all()


def test_the_vocabulary_is_a_text_only_inside_the_block() -> None:
    vectorizer = TfidfVectorizer().fit(TEXTS)
    vocabulary = vectorizer.vocabulary_
    with packed(vectorizer):
        assert vectorizer.vocabulary_ == "four\ngröße\none\nthree\ntwo"
    assert vectorizer.vocabulary_ is vocabulary


def test_an_error_inside_the_block_leaves_the_pipeline_whole() -> None:
    vectorizer = TfidfVectorizer().fit(TEXTS)

    def fail() -> None:
        with packed(vectorizer):
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert isinstance(vectorizer.vocabulary_, dict)


def test_what_has_no_vocabulary_is_left_alone() -> None:
    pipeline = make_pipeline(FunctionTransformer(), TfidfVectorizer())
    with packed(pipeline):
        pass
    unpack(pipeline)


def test_a_large_vocabulary_takes_little_room() -> None:
    vectorizer = TfidfVectorizer().fit([f"word{i}" for i in range(20_000)])
    with packed(vectorizer):
        assert len(skops.io.dumps(vectorizer)) < 1_000_000
