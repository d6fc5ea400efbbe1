"""The versions of optional packages, or a sentence that says which one is missing."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from harness.core.errors import ConfigError


def required_version(package: str, *, metric: str, extra: str) -> str:
    """Return the installed version of a package without importing it.

    Args:
        package: distribution name.
        metric: for the message.
        extra: optional dependency group of this project that brings the package.

    Raises:
        ConfigError: it is not installed.
    """
    try:
        return version(package)
    except PackageNotFoundError as error:
        raise ConfigError(
            f"metric {metric!r}", f"needs the package {package}", f"install the extra {extra!r}"
        ) from error
