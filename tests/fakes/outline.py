"""A page's elements and texts, for tests that look at it without a browser."""

from __future__ import annotations

from html.parser import HTMLParser

_VOID = {"meta", "input", "br", "img", "link"}


class Outline(HTMLParser):
    """Elements and their texts, as a browser without scripts would see them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.stack: list[str] = []
        self.n_waiting = 0
        """Elements inside templates, which are not in the document."""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.n_waiting += "template" in self.stack
        if tag not in _VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.n_waiting += "template" in self.stack

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.stack[-1] if self.stack else "", data))

    def text_of(self, tag: str) -> list[str]:
        """Return the texts directly inside elements of one kind."""
        return [text.strip() for name, text in self.texts if name == tag and text.strip()]


def visible(page: str) -> str:
    """Return the texts of a page, scripts and styles left out."""
    return " ".join(text for tag, text in Outline(page).texts if tag not in {"script", "style"})
