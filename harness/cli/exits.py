"""What the exit code of the command says."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """One number per kind of end."""

    PASS = 0
    REGRESSION = 1
    """A gate failed."""
    USAGE = 2
    """The command line, the spec or the data are wrong; nothing was measured."""
    INCOMPLETE = 3
    """A model, store or data source failed, or coverage is below the floor."""
    INCONCLUSIVE = 4
    """The gate demands a decision that the data do not allow."""
    INTERRUPTED = 130
