"""One browser for all pages, and a way to open them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fakes.opened_page import Opened, OpenPage, Pages, launched_browser


@pytest.fixture(scope="session")
def pages() -> Iterator[Pages]:
    yield from map(Pages, launched_browser())


@pytest.fixture
def open_page(pages: Pages, folder: Path) -> Iterator[OpenPage]:
    """Open pages of the folder that the module has written."""
    with ExitStack() as stack:

        def opener(name: str = "plain", *, width: int = 1280, **options: Any) -> Opened:
            file, _, place = name.partition("#")
            path = folder / (file if file.endswith(".html") else f"{file}.html")
            address = path.as_uri() + (f"#{place}" if place else "")
            return stack.enter_context(pages.opened(address, width=width, **options))

        yield opener
