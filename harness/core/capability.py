"""What an adapter can do, and therefore what a suite may ask of it."""

from __future__ import annotations

from enum import StrEnum


class Capability(StrEnum):
    """One thing that a model can be asked; the verb completes 'the adapter …'."""

    GENERATES = "generates"
    """Continues a prompt with text: answers :class:`~harness.core.request.Generate`."""

    SCORES = "scores"
    """Gives log-likelihoods: answers ``LogLikelihood`` and ``RollingLogLikelihood``."""

    FILLS = "fills"
    """Predicts a token from those on both sides of it: answers ``MaskedLogLikelihood``."""

    CLASSIFIES = "classifies"
    """Gives a score per label: answers :class:`~harness.core.request.Classify`."""

    EMBEDS = "embeds"
    """Maps a text to a vector: answers :class:`~harness.core.request.Embed`."""

    DIFFERENTIATES = "differentiates"
    """Gives gradients of a label's score: answers ``Differentiate``."""

    ATTENDS = "attends"
    """Shows where its attention looks: answers ``Attend``."""

    DECOMPOSES = "decomposes"
    """Tells what each feature of a text adds to its scores: answers ``Decompose``."""

    FITS = "fits"
    """Can be trained anew on given examples: answers ``FitAndClassify``."""
