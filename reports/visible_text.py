"""Text that somebody else wrote, made safe to look at: nothing in it acts unseen.

Control characters, characters that turn the reading direction, invisible ones and halves of
surrogate pairs become visible marks. What is left is ordinary text that any encoder accepts.
"""

from __future__ import annotations

import re

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 and C1 controls, tab and newline excepted
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"  # invisible, bidi
    "\ud800-\udfff\ufff9-\ufffb\ufffe\uffff"  # lone surrogates, interlinear marks, noncharacters
    "\U000e0000-\U000e007f]"  # tag characters, with which text can be hidden from readers
)
_LAST_C0 = 0x1F
_DELETE = 0x7F


def visible_text(text: str) -> str:
    r"""Return the text with every unsafe character replaced by a visible mark.

    Line ends become ``\n``; tabs stay.

    >>> visible_text("a\x00b\u202ec\r\nd")
    'a␀b⟨U+202E⟩c\nd'
    """
    if text.isprintable():  # nothing unsafe is, and a page has ten thousand words and numbers
        return text
    return _UNSAFE.sub(_mark, text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    r"""Return visible text without line breaks, for formats in which a line is a record.

    >>> one_line("a\n b")
    'a b'
    """
    return " ".join(visible_text(text).split())


def _mark(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code <= _LAST_C0:
        return chr(0x2400 + code)
    return "␡" if code == _DELETE else f"⟨U+{code:04X}⟩"
