"""From a TOML file to a Policy: every problem found in one pass, each in one sentence."""

from __future__ import annotations

from pathlib import Path

from harness.config import read_table
from harness.core.build import Problems, build
from harness.core.policy import Policy


def load_policy(path: Path | None) -> Policy:
    """Read a policy file; the default policy without one.

    Raises:
        ConfigError: it cannot be read.
        SpecErrors: everything that is wrong with it.
    """
    if path is None:
        return Policy()
    table = read_table(path)
    problems = Problems()
    policy = build(Policy, table, "policy", problems)
    problems.raise_any()
    checked: Policy = policy
    return checked
