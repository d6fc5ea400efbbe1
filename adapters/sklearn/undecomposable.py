"""Why a pipeline's scores cannot be taken apart."""

from __future__ import annotations


class UndecomposableError(Exception):
    """A pipeline, or one text of it, that cannot be; becomes the request's failure."""
