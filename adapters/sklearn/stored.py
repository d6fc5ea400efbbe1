"""Pipelines from files: skops, whose types are checked before they are made, or pickle on leave."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.adapters.sklearn.classifying import check_classifier
from harness.adapters.sklearn.decomposing import Decomposer
from harness.adapters.sklearn.session import SklearnSession
from harness.core.errors import AdapterError, ConfigError, sentence
from harness.core.identity import Identity, hash_file

_HARMLESS = ("scipy.sparse._csr.csr_matrix",)
"""Plain containers of numbers that skops does not list itself (nearest neighbours keep one)."""


def open_stored(
    path: Path, *, trusted: Sequence[str], allow_pickle: bool, batch_size: int
) -> SklearnSession:
    """Load a stored pipeline.

    A pickle and a skops file are told apart by their bytes: the ending is only a name.

    Raises:
        AdapterError: the file is damaged, or holds no fitted classifier.
        ConfigError: it holds types that are not trusted, or is a pickle and those are not allowed.
    """
    if is_skops(path):
        loaded = load_skops(path, trusted)
    else:
        loaded = _load_pickle(path, allow_pickle=allow_pickle)
    pipeline = check_classifier(loaded, path.name)
    return SklearnSession(
        identity=Identity({"weights": hash_file(path), **versions()}),
        pipeline=pipeline,
        batch_size=batch_size,
        decomposer=Decomposer(pipeline),
    )


def is_skops(path: Path) -> bool:
    """Tell whether the file is a zip archive with skops' schema in it."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return "schema.json" in archive.namelist()


def load_skops(path: Path, trusted: Sequence[str]) -> Any:
    """Load a skops file.

    Raises:
        AdapterError: the file is damaged.
        ConfigError: it holds types that are not trusted; the message names them.
    """
    from skops.io import load

    try:
        unknown = untrusted_types(path.read_bytes(), trusted)
    except Exception as error:  # a damaged file fails in as many ways as there are types
        raise _unreadable(path, error) from error
    if unknown:
        names = ", ".join(f'"{name}"' for name in unknown)
        raise ConfigError(
            path.name,
            f"holds types that are not trusted: {', '.join(unknown)}",
            f"if you trust them, write trusted = [{names}]",
        )
    try:
        return load(path, trusted=[*trusted, *_HARMLESS])
    except Exception as error:  # as above
        raise _unreadable(path, error) from error


def untrusted_types(data: bytes, trusted: Sequence[str]) -> list[str]:
    """Return the types in a skops file that neither skops nor ``trusted`` vouches for, sorted."""
    from skops.io import get_untrusted_types

    return sorted(set(get_untrusted_types(data=data)) - set(trusted) - set(_HARMLESS))


def versions() -> dict[str, str]:
    """Return the version of scikit-learn, on which a pipeline's answers hang too."""
    import sklearn

    return {"scikit-learn": str(sklearn.__version__)}


def _load_pickle(path: Path, *, allow_pickle: bool) -> Any:
    if not allow_pickle:
        raise ConfigError(
            path.name,
            "is no skops file, and loading a pickle can run any code",
            "store the pipeline with skops.io.dump, or write allow_pickle = true if you made it",
        )
    from joblib import load

    try:
        return load(path)
    except Exception as error:  # unpickling runs anybody's code
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> AdapterError:
    return AdapterError(
        sentence(
            path.name,
            f"cannot be loaded ({type(error).__name__}: {error})",
            "store it again with the scikit-learn installed here",
        )
    )
