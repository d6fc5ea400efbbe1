"""Which capability a suite will use of an adapter, settled before anything is loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from harness.core.abilities import GradientAttack, ParticularSuite
from harness.core.build import Problems
from harness.core.capability import Capability
from harness.core.errors import CapabilityError, ConfigError
from harness.core.explainer import Explainer
from harness.core.spec import ModelSpec, RunSpec, SuiteSpec
from harness.core.suite_abilities import LabellingSuite
from harness.engine.judges import check_judges, idle_judges


def capability_for(suite: SuiteSpec, model: ModelSpec) -> Capability:
    """Return the first capability in the suite's order that the adapter has.

    Raises:
        CapabilityError: it has none of them; the message names both sides.
    """
    has = model.adapter.capabilities
    for capability in suite.suite.needs:
        if capability in has:
            return capability
    needs = " or ".join(f"one that {need}" for need in suite.suite.needs)
    can = " and ".join(sorted(has)) or "does nothing"
    raise CapabilityError(
        f"suite {suite.name!r} on model {model.name!r}",
        f"the suite {suite.suite_name!r} needs a model, {needs}, but the adapter"
        f" {model.adapter_name!r} as configured {can}",
        f'name other models in the suite, as in models = ["…"], or change {model.name!r}',
    )


def check_capabilities(spec: RunSpec) -> None:
    """Check every suite against every model that it asks, and every judge.

    What is wrong with a suite is not told again of those that disturb, attack or explain it.

    Raises:
        ConfigError: a mismatch.
        SpecErrors: several of them.
    """
    models = {model.name: model for model in spec.models}
    problems = Problems()
    refused: set[tuple[str, str]] = set()
    explained = [suite.explainer for suite in spec.suites if not suite.attacked]
    # What is wrong with a method is said of it on the texts as they are, where it stands there.
    apart = [
        suite
        for suite in spec.suites
        if not (suite.attacked and any(suite.explainer is each for each in explained))
    ]
    for suite in apart:
        for name in suite.models:
            if (suite.clean, name) in refused:
                continue
            try:
                _check_model(suite, models[name])
                _check_attack(suite, models[name])
            except ConfigError as error:
                refused.add((suite.name, name))
                problems.keep(error)
    for model in spec.models:
        asking = [one for one in apart if model.name in one.models]
        sound = [one for one in asking if (one.clean, model.name) not in refused]
        _check_explainers(sound, model, problems)
    _check_pairs(spec, models, problems)
    check_judges(spec, problems)
    problems.raise_any()


def _check_pairs(spec: RunSpec, models: Mapping[str, ModelSpec], problems: Problems) -> None:
    """Refuse to explain what an attack finds that is not carried out; a replay has it on record."""
    names = {suite.name for suite in spec.suites}
    for suite in spec.suites:
        is_asked = any(models[name].adapter_name != "replay" for name in suite.models)
        if suite.attacked and suite.attacked not in names and is_asked:
            reason = f"explains what {suite.attacked!r} finds, which is left out"
            problems.add(f"suite {suite.name!r}", reason, f"add --suite {suite.attacked!r}")


def idle_options(spec: RunSpec) -> Iterator[str]:
    """Yield a sentence for each option that is not used, with the reason, and each idle judge."""
    yield from idle_judges(spec)
    models = {model.name: model for model in spec.models}
    for suite in spec.suites:
        if isinstance(suite.suite, ParticularSuite):
            used = {capability_for(suite, models[name]) for name in suite.models}
            none_takes_it = f"none of the models {' or '.join(map(repr, suite.models))} takes it"
            for option, reason in suite.suite.idle_options(used).items():
                yield f"{suite.name}: {option} was not used, as {reason or none_takes_it}"


def in_place(error: ConfigError, suite: str, model: str) -> ConfigError:
    """Return an error whose message begins with the suite and the model that it is about."""
    error.args = (f"suite {suite!r}, model {model!r}: {error}",)
    return error


def _check_model(suite: SuiteSpec, model: ModelSpec) -> None:
    capability = capability_for(suite, model)
    try:
        if isinstance(suite.suite, ParticularSuite):
            suite.suite.check_model(model.adapter, capability)
        if suite.forms is not None:
            suite.forms.check(capability)
    except ConfigError as error:
        raise in_place(error, suite.name, model.name) from error


def _check_attack(suite: SuiteSpec, model: ModelSpec) -> None:
    """Refuse a white-box attack on a model that cannot be looked into; a replay is not attacked."""
    attack, can = suite.attack, model.adapter.capabilities
    if not isinstance(attack, GradientAttack) or not attack.needs_gradients:
        return
    is_open = Capability.DIFFERENTIATES in can and _classifies(suite, model)
    if is_open or model.adapter_name == "replay":
        return
    raise CapabilityError(
        f"suite {suite.name!r} on model {model.name!r}",
        f"the attack {attack.label!r} needs a model, one that differentiates what it classifies,"
        f" but the adapter {model.adapter_name!r} as configured {' and '.join(sorted(can))}",
        f"leave the attack out, or name other models in a suite of its own than {model.name!r}",
    )


_INSIDES = {
    Capability.DIFFERENTIATES: "gradients of the score of a label or choice, which a transformers"
    " model in torch has",
    Capability.ATTENDS: "the attention behind a label or choice, which a transformers model in"
    " torch shows",
    Capability.DECOMPOSES: "what each feature adds to the score of a label, which a scikit-learn"
    " vectoriser with a linear model or trees tells",
}
"""What a method of explanation asks about, and who can tell."""


def _check_explainers(suites: Sequence[SuiteSpec], model: ModelSpec, problems: Problems) -> None:
    """Refuse methods that ask what a model cannot tell; those of one need in one sentence."""
    refused: dict[tuple[str, str], list[str]] = {}
    for suite in suites:
        if suite.explainer is not None and (unmet := _unmet_need(suite, suite.explainer, model)):
            refused.setdefault((suite.clean, unmet), []).append(suite.explainer.label)
    for (clean, unmet), labels in refused.items():
        names = " and ".join(map(repr, labels))
        what, which = ("method", "needs") if len(labels) == 1 else ("methods", "need")
        error = CapabilityError(
            f"suite {clean!r} on model {model.name!r}",
            f"the {what} {names} {which} {unmet}",
            f"leave the {what} out, or name other models in a suite of its own than {model.name!r}",
        )
        problems.keep(error)


def _unmet_need(suite: SuiteSpec, explainer: Explainer, model: ModelSpec) -> str:
    """Return what a method needs, and what there is instead; a replay is not explained anew.

    Returns:
        empty where nothing is missing.
    """
    can = model.adapter.capabilities
    if model.adapter_name == "replay":
        return ""
    has = f"but the adapter {model.adapter_name!r} as configured {' and '.join(sorted(can))}"
    if explainer.needs is not None:
        unnamed = f"a model, one that {explainer.needs} what it classifies"
        need = _INSIDES.get(explainer.needs, unnamed)
        if explainer.needs not in can:
            return f"{need}, {has}"
        if not _has_choice_inside(suite, model, explainer.needs):
            asked = capability_for(suite, model)
            return f"{need}, but an answer that the model {asked} here has no such thing behind it"
    elif _is_written(suite, model) and Capability.SCORES not in can:
        need = "a model, one that scores, as its answers are text, whose likelihood is explained"
        return f"{need}, {has}"
    return ""


def _has_choice_inside(suite: SuiteSpec, model: ModelSpec, need: Capability) -> bool:
    """Tell whether a label or choice is settled where such a method looks."""
    asked = capability_for(suite, model)
    is_chosen = asked is Capability.SCORES and need is not Capability.DECOMPOSES
    return is_chosen or asked is Capability.CLASSIFIES


def may_be_written(suite: SuiteSpec) -> bool:
    """Tell whether some model's answer to a suite is text that no label is read from."""
    reads_a_label = isinstance(suite.suite, LabellingSuite) and suite.suite.reads_a_label
    return Capability.GENERATES in suite.suite.needs and not reads_a_label


def _is_written(suite: SuiteSpec, model: ModelSpec) -> bool:
    """Tell whether an answer is text that no label is read from."""
    return capability_for(suite, model) is Capability.GENERATES and may_be_written(suite)


def _classifies(suite: SuiteSpec, model: ModelSpec) -> bool:
    return capability_for(suite, model) is Capability.CLASSIFIES
