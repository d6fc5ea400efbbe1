"""From a TOML file to a Policy: every problem found in one pass, each in one sentence."""

from __future__ import annotations

import tomllib
from pathlib import Path

from harness.core.build import Problems, build
from harness.core.errors import ConfigError
from harness.core.policy import Policy


def load_policy(path: Path | None) -> Policy:
    """Read a policy file; the default policy without one.

    Raises:
        ConfigError: it cannot be read.
        SpecErrors: everything that is wrong with it.
    """
    if path is None:
        return Policy()
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(
            str(path), f"cannot be read ({error.strerror})", "check the path"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), f"is not TOML: {error}", "mend that line") from error
    problems = Problems()
    policy = build(Policy, table, "policy", problems)
    problems.raise_any()
    checked: Policy = policy
    return checked
