"""A torch model written as an ONNX file, and held against the original."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from harness.adapters.transformers.onnx_graphs import Graph
from harness.adapters.transformers.onnx_session import fold, run, started
from harness.core.errors import AdapterError, sentence

TOLERANCE = 1e-3
"""Largest difference of an output, as a share of the largest output: rounding, and no more."""


def export(graph: Graph, file: Path) -> None:
    """Write a graph, with its weights beside it.

    Raises:
        AdapterError: torch cannot trace the model, or ONNX Runtime computes something else.
    """
    try:
        with torch.no_grad(), _hushed():
            traced = torch.export.export(
                graph.module, graph.examples[0], dynamic_shapes=graph.free, strict=False
            )
            # ONNX Runtime optimises at every start; doing so here as well takes minutes.
            program = torch.onnx.export(
                traced,
                graph.examples[0],
                dynamo=True,
                optimize=False,
                verbose=False,
                input_names=list(graph.inputs),
                output_names=list(graph.outputs),
            )
            program.save(str(file), external_data=True)
    except Exception as error:  # exporters raise what they happen to meet, of many roots
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise AdapterError(
            sentence(
                "variant = 'onnx'",
                f"torch cannot write this architecture as ONNX ({reason})",
                "leave variant out",
            )
        ) from error


def check(graph: Graph, file: Path) -> float:
    """Compare an ONNX file with the torch model, on all examples.

    Returns:
        The largest difference of any output, as a share of the largest output of its kind.

    Raises:
        AdapterError: it is above the tolerance, or no number.
    """
    session = started(file)
    worst = 0.0
    for inputs in graph.examples:
        with torch.inference_mode():
            expected = graph.module(*inputs)
        found = run(session, dict(zip(graph.inputs, inputs, strict=True)))
        pairs = zip(expected if isinstance(expected, tuple) else (expected,), found, strict=True)
        for exact, other in pairs:
            share = float((exact - other).abs().max() / exact.abs().max())
            # Written so that what is no number counts as too large.
            if not share <= TOLERANCE:
                raise AdapterError(
                    sentence(
                        "variant = 'onnx'",
                        f"ONNX Runtime's answers are off by {share:.2g} of the largest",
                        "leave variant out, and report the architecture",
                    )
                )
            worst = max(worst, share)
    return worst


def quantise(source: Path, target: Path) -> None:
    """Write an int8 copy of a graph: weights by channel, activations as they come, by tensor."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with TemporaryDirectory() as folder, _hushed():
        # Weights that are still to be transposed would not be found to be weights.
        folded = Path(folder) / source.name
        fold(source, folded)
        quantize_dynamic(
            folded,
            target,
            per_channel=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gemm"],
            use_external_data_format=True,
        )


@contextmanager
def _hushed() -> Iterator[None]:
    """Silence remarks on packages that are not installed and on the exporters' own insides."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "root")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
