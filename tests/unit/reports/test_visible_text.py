import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.reports.plain_data import plain, script_json
from harness.reports.visible_text import _UNSAFE, one_line, visible_text

ANYTHING = st.text(st.characters(categories=None))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nul \x00", "nul ␀"),
        ("escape \x1b[31m", "escape ␛[31m"),
        ("delete \x7f", "delete ␡"),
        ("override \u202e.exe", "override ⟨U+202E⟩.exe"),
        ("isolate \u2066", "isolate ⟨U+2066⟩"),
        ("half \ud800", "half ⟨U+D800⟩"),
        ("separator \u2028", "separator ⟨U+2028⟩"),
        ("tag \U000e0041", "tag ⟨U+E0041⟩"),
        ("zero \u200b width", "zero ⟨U+200B⟩ width"),
        ("windows\r\nline", "windows\nline"),
        ("lone\rreturn", "lone␍return"),
    ],
)
def test_what_cannot_be_seen_is_marked(text: str, expected: str) -> None:
    assert visible_text(text) == expected


@pytest.mark.parametrize("text", ["tab\tand\nnewline", "日本語 ไทย العربية", "👩‍👩‍👧 é", "می‌خواهم"])
def test_ordinary_text_of_any_script_is_left_alone(text: str) -> None:
    assert visible_text(text) == text


@given(ANYTHING)
def test_result_is_stable_encodable_and_without_controls(text: str) -> None:
    shown = visible_text(text)
    assert visible_text(shown) == shown
    shown.encode("utf-8")
    assert not [c for c in shown if unicodedata.category(c) in {"Cc", "Cs"} and c not in "\t\n"]
    assert "\n" not in one_line(text)


@given(ANYTHING)
def test_script_data_can_neither_close_its_element_nor_open_a_comment(text: str) -> None:
    written = script_json({"text": text})
    assert written.isascii()
    assert not set(written) & set("<>&")


def test_numbers_that_json_does_not_know_become_null() -> None:
    assert script_json([float("nan"), float("inf"), 0.5]) == "[null,null,0.5]"
    assert plain({"a": (1, None, True)}) == {"a": [1, None, True]}


def test_nothing_unsafe_counts_as_printable() -> None:
    """What is printable is passed through unread."""
    shown = [chr(code) for code in range(0x110000) if chr(code).isprintable()]
    assert "a" in shown
    assert _UNSAFE.search("".join(shown)) is None
