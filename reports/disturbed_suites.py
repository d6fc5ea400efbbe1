"""Which suites of a run are disturbed twins of others, and what each of these has."""

from __future__ import annotations

from collections.abc import Mapping

from harness.core.run import Manifest
from harness.reports.number_format import format_count


def disturbed_suites(manifest: Manifest) -> Mapping[str, str]:
    """Return the name of the clean suite by that of each disturbed one, in the order of the run.

    A twin whose clean suite the run does not have stands for itself, and is not among them.
    """
    known = {done.suite for done in manifest.evaluations}
    return {
        done.suite: done.clean
        for done in manifest.evaluations
        if done.is_disturbed and done.clean in known and done.clean != done.suite
    }


def twins_of(manifest: Manifest, suite: str) -> tuple[str, ...]:
    """Return the disturbed twins of a clean suite."""
    return tuple(name for name, clean in disturbed_suites(manifest).items() if clean == suite)


def twins_words(manifest: Manifest, suite: str) -> str:
    """Say what a suite was disturbed by, such as ``8 perturbations, 2 attacks``; empty for none."""
    names = set(twins_of(manifest, suite))
    attacks = {done.suite for done in manifest.evaluations if done.suite in names and done.attack}
    parts = (("perturbation", len(names - attacks)), ("attack", len(attacks)))
    return ", ".join(
        f"{format_count(count)} {noun}{'' if count == 1 else 's'}" for noun, count in parts if count
    )


def warnings_of_twins(manifest: Manifest) -> tuple[str, ...]:
    """Return the warnings of the run that are about a disturbed suite."""
    places = tuple(
        f"{done.suite} on {done.model}: "
        for done in manifest.evaluations
        if done.is_disturbed and done.clean != done.suite
    )
    return tuple(warning for warning in manifest.warnings if places and warning.startswith(places))
