"""Makes a model class of lm-evaluation-harness load its model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.adapters.lm_eval.quiet import quiet
from harness.adapters.quoting import shorten
from harness.core.errors import AdapterError, ConfigError
from harness.core.redact import Scrubber, redacted_words


def load(name: str, arguments: Mapping[str, Any], scrub: Scrubber) -> Any:
    """Return lm-eval's model object.

    Args:
        name: of the class.
        arguments: of its constructor.
        scrub: strikes secrets out of messages.

    Raises:
        ConfigError: a package is not installed, or an argument is none of the constructor's.
        AdapterError: the model cannot be loaded.
    """
    from lm_eval.api.registry import get_model

    where = f"adapter 'lm_eval:{name}'"
    try:
        with quiet():
            model_class = get_model(name)
        with quiet():  # anew, for the class has imported what there is to be silenced
            return model_class.create_from_arg_obj(dict(arguments))
    except ImportError as error:
        reason = f"a package that it needs cannot be imported ({_words(error, scrub)})"
        raise ConfigError(where, reason, "install it") from error
    except TypeError as error:
        reason = f"does not take these model_args ({_words(error, scrub)})"
        raise ConfigError(where, reason, "see lm-eval's page on that class") from error
    except Exception as error:
        reason = f"lm-eval cannot load it ({_words(error, scrub)})"
        raise AdapterError(f"{where}: {reason}") from error


def _words(error: Exception, scrub: Scrubber) -> str:
    return redacted_words(scrub(shorten(f"{type(error).__name__}: {error}")))
