"""The program that exports: it reads an adapter's options as JSON, and fills the cache."""

from __future__ import annotations

import json
import sys

from harness.adapters.transformers import TransformersAdapter
from harness.adapters.transformers.loading import export
from harness.core.errors import ConfigError, HarnessError


def main() -> int:
    """Export what the input asks for; tell an error as the last line of the error output."""
    try:
        export(TransformersAdapter(**json.load(sys.stdin)))
    except HarnessError as error:
        parts = [str(error)]
        if isinstance(error, ConfigError):
            parts = [error.where, error.reason, error.remedy]
        sys.stderr.write(json.dumps([error.exit_code, parts]) + "\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
