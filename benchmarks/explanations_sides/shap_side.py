"""The peer's side: shap's own text explainer, one text after another.

    python shap_side.py JOB.json        (prints one line of JSON)

``function``: the model as a function of a list of texts, one padded batch to a call, which is the
best that a caller can do for shap. ``pipeline``: a text-classification pipeline of transformers,
as shap's documentation has it; what it is given it takes one text at a time.
"""

from __future__ import annotations

import json
import pickle
import sys
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import shap
from counting import Count, measured

JOB = json.loads(Path(sys.argv[1]).read_text())


def function_of(model: Any, tokenizer: Any) -> Callable[[Sequence[str]], Any]:
    """Return what takes texts and gives probabilities."""

    def said(texts: Sequence[str]) -> Any:
        import torch

        batch = tokenizer(
            [str(text) for text in texts], padding=True, truncation=True, return_tensors="pt"
        )
        with torch.inference_mode():
            return model(**batch).logits.double().softmax(-1).numpy()

    return said


def checkpoint(count: Count) -> tuple[Any, list[int]]:
    """Return what shap is given, and where it puts the labels."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

    tokenizer = AutoTokenizer.from_pretrained(JOB["model"])
    model = AutoModelForSequenceClassification.from_pretrained(JOB["model"]).eval()
    # What shap reads the labels' places from; transformers 5 leaves it out.
    model.config.label2id = {name: int(at) for at, name in model.config.id2label.items()}
    count.watch(model)
    places = list(range(model.config.num_labels))
    if JOB["peer"] == "function":
        return function_of(model, tokenizer), places
    asked = pipeline(
        "text-classification", model=model, tokenizer=tokenizer, top_k=None, device="cpu"
    )
    return asked, places


def fitted(count: Count) -> tuple[Any, list[int]]:
    """Do the same for a pipeline of scikit-learn."""
    pipeline = pickle.loads(Path(JOB["model"]).read_bytes())
    return partial(count.counted, pipeline.predict_proba), [0, 1]


def main() -> None:
    """Explain the texts."""
    warnings.simplefilter("ignore")
    count = Count()
    asked, order = (fitted if JOB["kind"] == "sklearn" else checkpoint)(count)
    explainer = shap.Explainer(asked, shap.maskers.Text(r"\W+"))
    np.random.seed(JOB["seed"])  # noqa: NPY002 - shap tosses coins with the global generator
    explainer([JOB["warm_up"]], max_evals=20, silent=True)  # compiles what numba compiles
    told: dict[str, Any] = {}
    with measured(count, told):
        found = explainer(JOB["texts"], max_evals=JOB["max_evals"], silent=True)
    told["values"] = [np.asarray(rows)[:, order].tolist() for rows in found.values]
    told["base"] = [np.asarray(row)[order].tolist() for row in found.base_values]
    print(json.dumps(told))


if __name__ == "__main__":
    main()
