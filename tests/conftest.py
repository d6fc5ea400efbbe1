"""What holds for all tests."""

import gc
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

# How long an example takes is the machine's affair: another job must not fail a test.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

LIBRARY = 50
"""Imported modules that are worth a look through all objects."""


class Heap:
    """What is imported, out of the garbage collector's sight.

    A session collects garbage when it opens and when it closes. Among the objects of torch and of
    thousands of tests that takes a third of a second, and the tests open hundreds of sessions.
    What a test makes is collected as ever: it comes later, or is thawed when its module ends.
    """

    n_imported = 0
    has_fixtures = False

    @classmethod
    def freeze(cls, *, has_fixtures: bool) -> None:
        """Freeze all there is, which may be fixtures of the current module too."""
        gc.collect()
        gc.freeze()
        cls.n_imported = len(sys.modules)
        cls.has_fixtures = has_fixtures


@pytest.fixture(autouse=True, scope="module")
def imports_frozen() -> Iterator[None]:
    """Freeze between modules, when nothing of a test is alive."""
    Heap.freeze(has_fixtures=False)
    yield
    if Heap.has_fixtures:
        gc.unfreeze()


def pytest_runtest_setup() -> None:
    """Freeze what the test before this one was the first to import."""
    if len(sys.modules) > Heap.n_imported + LIBRARY:
        Heap.freeze(has_fixtures=True)
