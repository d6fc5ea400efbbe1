"""Whether lm-evaluation-harness is installed, found out without importing it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from harness.core.errors import ConfigError


def lm_eval_version() -> str:
    """Return the version of the installed lm_eval.

    Raises:
        ConfigError: it is not installed.
    """
    try:
        return version("lm_eval")
    except PackageNotFoundError as error:
        raise ConfigError(
            "suite 'lm_eval'",
            "the package lm_eval is not installed",
            "pip install 'model-audit-harness[lm_eval]'",
        ) from error
