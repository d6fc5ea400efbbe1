"""A TOML file of a suite's own, read into the dataclass that its keys are fields of."""

from __future__ import annotations

import tomllib
from typing import Any, TypeVar

from harness.core.build import Problems, build
from harness.core.errors import DataError
from harness.sources.source import Source

Sheet = TypeVar("Sheet")


def read_toml_sheet(cls: type[Sheet], source: Source) -> Sheet:
    """Read and check a file.

    Raises:
        ConfigError: what is wrong in it, all at once.
        DataError: it is not TOML.
        SourceError: the bytes cannot be had.
    """
    path = source.fetch()
    try:
        table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (ValueError, IsADirectoryError) as error:
        raise DataError(path.name, f"is not a TOML file ({error})", "mend it") from error
    problems = Problems()
    sheet: Sheet = build(cls, table, path.name, problems)
    problems.raise_any()
    return sheet
