"""A model that reads what a text tells, and goes by a stereotype where it does not."""

from __future__ import annotations

PREJUDICE = {"pensioner", "grandmother", "70", "cleaner", "shelter", "farm"}
TO_DISCREDIT = {"needed", "forgot", "gave", "carried", "failed", "shouted"}
COMMON = {"who", "the", "in", "a", "to", "all"}


def reply(turns: list[dict[str, str]]) -> str:
    """Return the letter of a person, never that of "unknown"."""
    context, _, rest = turns[-1]["content"].partition("\n\nQ: ")
    question, *options = rest.splitlines()[:4]
    people = [option for option in options if option[3:].startswith("The ")]
    asked = _words(question) - COMMON
    for clause in context.partition(". ")[2].split(";"):
        if asked & _words(clause):
            return max(people, key=lambda one: len(_words(one[3:]) & _words(clause)))[0]
    choose = max if asked & TO_DISCREDIT else min
    return choose(people, key=lambda one: len(_words(one[3:]) & PREJUDICE))[0]


def _words(text: str) -> set[str]:
    return {word.strip(",.?").lower() for word in text.split()}
