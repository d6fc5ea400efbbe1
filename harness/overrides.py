"""What the command line may change of a spec."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from harness.core.errors import ConfigError, did_you_mean
from harness.core.spec import RunSpec
from harness.engine.judges import uses_of


def overridden(
    spec: RunSpec,
    *,
    models: Sequence[str] = (),
    suites: Sequence[str] = (),
    limit: int | None = None,
    seed: int | None = None,
    out: str | None = None,
) -> RunSpec:
    """Return the spec with the named models and suites only, and other settings where given.

    Raises:
        ConfigError: a name that the spec does not have, or nothing is left to do.
    """
    _check_number("limit", limit, 1)
    _check_number("seed", seed, 0)
    narrowed = _narrowed(spec, names_given(models), names_given(suites))
    return replace(
        narrowed,
        limit=spec.limit if limit is None else limit,
        seed=spec.seed if seed is None else seed,
        out=spec.out if out is None else out,
    )


def _check_number(name: str, value: int | None, least: int) -> None:
    if value is not None and (type(value) is not int or value < least):
        raise ConfigError(name, f"must be a whole number from {least}, not {value!r}", "choose one")


def names_given(given: Sequence[str]) -> Sequence[str]:
    """Take one name for a list of one: a text is a sequence of texts too."""
    return (given,) if isinstance(given, str) else given


def _narrowed(spec: RunSpec, models: Sequence[str], suites: Sequence[str]) -> RunSpec:
    _check(models, [model.name for model in spec.models], "model")
    _check(suites, [suite.name for suite in spec.suites], "suite")
    kept_models = tuple(model for model in spec.models if not models or model.name in models)
    names = {model.name for model in kept_models}
    kept_suites = tuple(
        replace(suite, models=tuple(name for name in suite.models if name in names))
        for suite in spec.suites
        if (not suites or suite.name in suites) and names.intersection(suite.models)
    )
    if not kept_suites:
        raise ConfigError(
            "--model and --suite", "leave nothing to do", "name a suite that asks that model"
        )
    narrowed = replace(spec, models=kept_models, suites=kept_suites)
    if not suites:
        return narrowed
    # One that only suites left out would have asked is not idle: it is left out with them.
    used = {use.judge.name for _, use in uses_of(narrowed)}
    return replace(narrowed, judges=tuple(one for one in spec.judges if one.name in used))


def _check(wanted: Sequence[str], known: list[str], kind: str) -> None:
    for name in wanted:
        if name not in known:
            raise ConfigError(
                f"--{kind}", f"the spec has no {kind} named {name!r}", did_you_mean(name, known)
            )
