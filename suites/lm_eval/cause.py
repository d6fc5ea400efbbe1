"""What lm-eval's code, or a task's own, has raised, in a few words."""

from __future__ import annotations


def cause_of(error: BaseException) -> str:
    r"""Return kind and first line.

    >>> cause_of(ValueError("no such row\nmore")), cause_of(KeyError())
    ('ValueError: no such row', 'KeyError')
    """
    first_line = next(iter(str(error).strip().splitlines()), "")
    return f"{type(error).__name__}: {first_line}" if first_line else type(error).__name__
