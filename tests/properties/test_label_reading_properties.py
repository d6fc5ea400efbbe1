"""What holds for every set of labels and every text around them."""

from __future__ import annotations

import string
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from harness.core.score import Unscored
from harness.suites.label_reading import LabelReader

WORD = st.text(string.ascii_lowercase, min_size=1, max_size=6)
LABELS = st.lists(WORD, min_size=2, max_size=5, unique=True)
CASE = st.sampled_from([str.lower, str.upper, str.title])
EDGE = st.text(".,!?*\"'()#: \n\t-", max_size=4)
DIGITS = st.lists(st.integers(0, 999).map(str), max_size=5).map(" ".join)


@given(LABELS, st.data(), CASE, EDGE, EDGE, DIGITS)
def test_case_punctuation_and_other_words_do_not_hide_a_label(
    labels: list[str],
    data: st.DataObject,
    case: Callable[[str], str],
    left: str,
    right: str,
    noise: str,
) -> None:
    label = data.draw(st.sampled_from(labels))
    words = {name: name for name in labels}
    assert LabelReader(words).label(f"{left}{case(label)}{right}") == label
    assert LabelReader(words).label(f"{noise} {left}{case(label)}{right}") == label
    assert LabelReader(words).label(f"{left}{case(label)}, {noise}") == label


@given(LABELS, st.data())
def test_two_labels_are_never_read_as_one(labels: list[str], data: st.DataObject) -> None:
    first, second, *_ = data.draw(st.permutations(labels))
    read = LabelReader({name: name for name in labels}).label(f"{first}, {second}")
    assert read == Unscored(f"the answer names several labels: {first}, {second}")


@given(LABELS, DIGITS)
def test_a_text_without_a_label_is_unscored(labels: list[str], text: str) -> None:
    assert isinstance(LabelReader({name: name for name in labels}).label(text), Unscored)


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=8), min_size=2), st.text())
def test_any_text_is_read_or_unscored(words: dict[str, str], text: str) -> None:
    read = LabelReader(words).classification(text)
    if not isinstance(read, Unscored):
        assert read.labels == tuple(words)
        assert sorted(read.scores) == [0.0] * (len(words) - 1) + [1.0]
