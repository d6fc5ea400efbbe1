"""The model class ``harness`` of lm-evaluation-harness: its loop, the adapters of a spec.

lm-eval 0.4.12 finds model classes in a list of its own and looks for no plug-ins, so this one has
to be added before a run: ``harness lm-eval run --model harness …`` does that, and in a program
:func:`register`.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from harness import registry
from harness.config import load_models
from harness.core.errors import ConfigError, UnknownName
from harness.core.spec import ModelSpec

NAME = "harness"
"""What ``--model`` takes."""
_WHERE = f"--model {NAME}"
_OF_THE_SPEC = ("batch_size", "max_batch_size", "device", "trust_remote_code")
"""What lm-eval hands to every class, and an adapter has as options of its own."""


class HarnessModel:
    """Makes lm-eval's model object out of ``--model_args spec=SPEC[,model=NAME]``."""

    @staticmethod
    def create_from_arg_obj(
        arg_dict: Mapping[str, Any], additional_config: Mapping[str, Any] | None = None
    ) -> Any:
        """Open the adapter of a model in a spec.

        Args:
            arg_dict: ``spec``, the path of a TOML file, and ``model``, a name in it where it has
                several.
            additional_config: batch size and device, which are options of the adapter and so are
                not taken from here.

        Raises:
            ConfigError: the spec is wrong, or has no such model, or lm_eval is not installed.
            AdapterError: the model cannot be loaded.
        """
        del additional_config
        arguments = {key: arg_dict[key] for key in arg_dict if key not in _OF_THE_SPEC}
        path, name = arguments.pop("spec", None), arguments.pop("model", None)
        if path is None or arguments:
            reason = f"does not take {min(arguments)!r}" if arguments else "needs a spec"
            raise ConfigError(_WHERE, reason, "write --model_args spec=SPEC.toml,model=NAME")
        model = _chosen(load_models(str(path)), None if name is None else str(name))
        session = model.adapter.open()
        made = registry.find("suites", "lm_eval", _WHERE).model_of(session, model.name)
        weakref.finalize(made, session.close)  # lm-eval itself closes nothing
        return made

    @staticmethod
    def create_from_arg_string(
        arg_string: str, additional_config: Mapping[str, Any] | None = None
    ) -> Any:
        """Do the same for arguments as one text, ``key=value,key=value``."""
        pairs = (pair.partition("=") for pair in arg_string.split(",") if pair)
        return HarnessModel.create_from_arg_obj(
            {key.strip(): value.strip() for key, _, value in pairs}, additional_config
        )


def named(arguments: Sequence[str]) -> list[str]:
    """Add the name of a spec's only model to lm-eval's arguments, which names its folder after it.

    They stay as they are where they name a model or another class, where the spec is not given as
    ``spec=SPEC``, and where lm-eval would not read the name as text.
    """
    from lm_eval._cli.utils import handle_cli_value_string as read

    found = list(arguments)
    words = [word for argument in found for word in argument.split("=", 1)]
    is_ours = any(pair in (("--model", NAME), ("-M", NAME)) for pair in pairwise(words))
    parts = (part for argument in found for part in argument.split(","))
    pairs = [part.split("=", 1) for part in parts if "=" in part]
    specs = [value for key, value in pairs if key == "spec"]
    if not is_ours or len(specs) != 1 or any(key == "model" for key, _ in pairs):
        return found
    models = load_models(specs[0])
    name = models[0].name if len(models) == 1 else ""
    if not name or "," in name or read(name) != name:
        return found
    return [
        f"{each},model={name}" if f"spec={specs[0]}" in each.split(",") else each for each in found
    ]


def register() -> None:
    """Add the class to lm-eval's; a second time changes nothing.

    Raises:
        ConfigError: lm_eval is not installed.
    """
    try:
        from lm_eval import models
        from lm_eval.api.registry import model_registry
    except ImportError as error:
        reason = f"the package {error.name} is not installed"
        remedy = "pip install 'model-audit-harness[lm_eval]'"
        raise ConfigError(_WHERE, reason, remedy) from error
    del models  # its import fills the registry, which may not be found empty afterwards
    model_registry.register(NAME, target=HarnessModel)


def _chosen(models: Sequence[ModelSpec], name: str | None) -> ModelSpec:
    names = [model.name for model in models]
    if name is None and len(names) > 1:
        reason = f"the spec has several models ({', '.join(names)})"
        raise ConfigError(_WHERE, reason, "name one, as model=NAME in --model_args")
    for model in models:
        if name in (None, model.name):
            return model
    raise UnknownName("--model_args model", "model in the spec", str(name), names)
