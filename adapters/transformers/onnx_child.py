"""Exports in a process of its own, so that its time and memory are not those of the model.

As a program it reads the options as JSON and fills the cache.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import asdict

from harness.adapters.transformers import TransformersAdapter
from harness.core.errors import AdapterError, ConfigError, HarnessError, sentence

_NAME = "harness.adapters.transformers.onnx_child"
_MALFORMED = ConfigError.exit_code


def export_in_child(options: TransformersAdapter) -> float:
    """Fill the cache with the export that the options ask for; return the seconds that it took.

    Raises:
        ConfigError: no graph can be made of the architecture.
        AdapterError: the export failed.
    """
    began = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", _NAME],
        input=json.dumps(asdict(options)),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return time.perf_counter() - began
    last = next(reversed(done.stderr.strip().splitlines()), "no words")
    try:
        exit_code, parts = json.loads(last)
    except ValueError:
        raise AdapterError(
            sentence("variant = 'onnx'", f"the export ended by itself ({last})", "leave it out")
        ) from None
    raise ConfigError(*parts) if exit_code == _MALFORMED else AdapterError(*parts)


def main() -> int:
    """Export what the input asks for; tell an error as the last line of the error output."""
    from harness.adapters.transformers.loading import export

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
