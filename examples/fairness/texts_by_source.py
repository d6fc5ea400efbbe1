"""Write texts.csv: short texts from four sources, rated by people, with what makes them groups.

The ratings are those of Hutto and Gilbert (2014), in the package vaderSentiment (MIT licence). Of
the film snippets only the part that fairness.toml does not fit on is written.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from harness.config import load_spec
from harness.sources.dataset import Dataset

HERE = Path(__file__).parent
SOURCES = {
    "tweets": "tweets",
    "films": "movieReviewSnippets",
    "products": "amazonReviewSnippets",
    "editorials": "nytEditorialSnippets",
}
SHORT = 12
"""Most words of a short text."""


def rows(films: Dataset) -> Iterator[dict[str, str]]:
    """Yield a row for each text that people have found positive or negative, not neutral."""
    assert films.file is not None
    for source, name in SOURCES.items():
        file = films.file.replace("movieReviewSnippets", name)
        data = replace(films, file=file, part="test" if source == "films" else "all")
        for cells in data.rows():
            number, rating, text = cells["0"], float(cells["1"]), cells["2"]
            if not rating or not text.strip():
                continue
            yield {
                "text": text,
                "label": "positive" if rating > 0 else "negative",
                "source": source,
                "length": "short" if len(text.split()) <= SHORT else "long",
                # Snippets of one review or one editorial (1_1, 1_2, …) are not independent.
                "document": f"{source} {number.partition('_')[0]}",
            }


def write() -> Path:
    """Write the table beside this file."""
    films = next(model.adapter.fit.data for model in load_spec(HERE / "fairness.toml").models)
    path = HERE / "texts.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ("text", "label", "source", "length", "document"))
        writer.writeheader()
        writer.writerows(rows(films))
    return path


if __name__ == "__main__":
    print(write())
