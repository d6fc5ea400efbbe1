"""What of a text may change, and what stays as it is around it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from harness.core.open_text import OpenText, draw_keys, version_of_open_text
from harness.core.sample import Sample

TEXT = "Q: red or blue?\nA:"


def sample(spans: tuple[tuple[int, int], ...] | None) -> Sample:
    return Sample(id="s", index=0, text=TEXT, open_spans=spans)


def test_all_of_a_text_is_open_where_nothing_is_fixed() -> None:
    assert OpenText.of(sample(None)).stretches == (TEXT,)
    assert draw_keys(sample(None)) == ("s",)
    assert version_of_open_text(sample(None)) == version_of_open_text(None) == {}


def test_what_is_around_its_stretches_stays() -> None:
    text = OpenText.of(sample(((3, 6), (10, 15))))
    assert text.stretches == ("red", "blue?")
    assert text.filled(["green", ""]) == "Q: green or \nA:"
    assert draw_keys(sample(text.spans)) == ("s/red", "s/blue?")
    assert version_of_open_text(sample(text.spans))


def test_a_text_of_which_nothing_is_open_stays() -> None:
    assert OpenText.of(sample(())).filled([]) == TEXT
    assert version_of_open_text(sample(()))


def test_another_text_is_open_as_a_whole() -> None:
    assert sample(((3, 6),)).with_text("other").open_spans is None


@given(
    text=st.text(alphabet="ab \n", max_size=30),
    spans=st.lists(st.integers(0, 30), max_size=8, unique=True).map(sorted),
    closed=st.lists(st.integers(0, 30), max_size=6, unique=True).map(sorted),
)
def test_spans_are_told_apart_from_what_is_closed(
    text: str, spans: list[int], closed: list[int]
) -> None:
    n = len(text)
    given_spans = [(a, b) for a, b in zip(spans[::2], spans[1::2], strict=False) if b <= n]
    given_closed = [(a, b) for a, b in zip(closed[::2], closed[1::2], strict=False) if b <= n]
    found = OpenText.within(text, given_spans, given_closed)

    wanted = {at for a, b in given_spans for at in range(a, b)}
    wanted -= {at for a, b in given_closed for at in range(a, b)}
    held = [at for a, b in found.spans for at in range(a, b)]
    assert held == sorted(set(held))
    assert {at for at in wanted if not text[at].isspace()} <= set(held) <= wanted
    assert all(stretch == stretch.strip() != "" for stretch in found.stretches)
    assert found.filled(found.stretches) == text
