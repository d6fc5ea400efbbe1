"""Exports in a process of its own, so that its time and memory are not those of the model."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import asdict

from harness.adapters.transformers import TransformersAdapter
from harness.core.errors import AdapterError, ConfigError, sentence

_PROGRAM = "harness.adapters.transformers.onnx_child"


def export_in_child(options: TransformersAdapter) -> float:
    """Fill the cache with the export that the options ask for; return the seconds that it took.

    Raises:
        ConfigError: no graph can be made of the architecture.
        AdapterError: the export failed.
    """
    began = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", _PROGRAM],
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
    raise ConfigError(*parts) if exit_code == ConfigError.exit_code else AdapterError(*parts)
