"""How some tasks of this folder choose and word their documents."""

from typing import Any

import datasets


def with_five_choices(docs: datasets.Dataset) -> datasets.Dataset:
    """Keep the questions whose choices are all there."""
    n_choices = 5
    return docs.filter(lambda doc: len(doc["choices"]) == n_choices)


def logiqa_prompt(doc: dict[str, Any]) -> str:
    """Show passage, question and choices, and ask for the text of one."""
    listed = "\n".join(
        f"{letter}. {choice}" for letter, choice in zip("ABCD", doc["choices"], strict=True)
    )
    return (
        f"Passage: {doc['passage']}\nQuestion: {doc['question'].strip()}\n"
        f"Choices:\n{listed}\nAnswer:"
    )


def between_sentences(docs: datasets.Dataset) -> datasets.Dataset:
    """Keep the contexts that a whole sentence follows; a name with a hyphen is none in Jinja."""
    kept = docs.filter(lambda doc: doc["type"] == "intersentence")
    return kept.rename_column("anti-stereotype", "anti")
