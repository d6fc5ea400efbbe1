"""Whether TextAttack is installed, and which version of it, found out without importing it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from harness.core.errors import ConfigError

_PACKAGES = ("textattack", "flair", "greenlet")
"""The extra's own; what they need comes with them."""
_TELLING = ("textattack", "nltk", "numpy")
"""Those that the outcome hangs on: WordNet's reader and the order of ties among them."""
EXTRA = (
    "make an environment of its own for it, as it needs transformers below 5:"
    " pip install -c constraints-textattack.txt 'model-audit-harness[textattack]'"
)


def versions() -> dict[str, str]:
    """Return the versions of the packages that an outcome hangs on.

    Raises:
        ConfigError: one that is needed is not installed.
    """
    missing = missing_package()
    if missing is not None:
        raise ConfigError("attack 'textattack'", *missing)
    return {package: version(package) for package in _TELLING}


def missing_package() -> tuple[str, str] | None:
    """Return what is not installed and how to get it; None where nothing is missing."""
    for package in (*_PACKAGES, *_TELLING):
        try:
            version(package)
        except PackageNotFoundError:
            return f"lacks the package {package}", EXTRA
    return None
