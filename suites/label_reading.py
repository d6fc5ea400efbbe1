"""Labels read from a language model: from its likelihoods of them, or from the words it wrote."""

from __future__ import annotations

import re
import string
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import exp, isinf
from typing import NamedTuple

from harness.core.response import Classification, LogLikelihoods
from harness.core.score import Unscored
from harness.suites.metrics.tokenization import words

_N_QUOTED = 60
_EDGE = string.punctuation + string.whitespace
_CLAUSE_END = re.compile("[.,;:!](?:\\s|$)|[\u3002\uff0c\uff1b\uff1a\uff01\n]|\\s[-\u2013\u2014(]")
"""Stops, also full-width ones, and dashes; none within a word or number."""
_NEGATIONS = frozenset(
    {
        *("not", "no", "never", "neither", "nor", "cannot", "without"),
        *("nicht", "kein", "keine", "nie", "pas", "jamais", "non", "nunca", "não"),
        *("не", "ни", "нет", "不", "没", "沒"),
    }
)
"""Words that turn a label round, in languages that put them before it."""


def from_likelihoods(output: LogLikelihoods, labels: Sequence[str]) -> Classification | Unscored:
    """Return each label's share of the labels' likelihood: softmax of total log-likelihoods.

    The probabilities are normalised over the labels: what the model gave to any other text is
    left out of account.

    Args:
        output: one score per label, in their order.
        labels: at least one.
    """
    totals = [score.log_likelihood for score in output.scores]
    if len(totals) != len(labels):
        return Unscored(f"{len(totals)} scores came back for {len(labels)} labels")
    highest = max(totals)
    if isinf(highest):
        return Unscored("the model gives every label probability 0")
    weights = [exp(total - highest) for total in totals]
    whole = sum(weights)
    return Classification(
        labels=tuple(labels),
        scores=tuple(weight / whole for weight in weights),
        is_probability=True,
    )


class _Mention(NamedTuple):
    """A label among the words of a text, from ``start`` to before ``stop``."""

    label: str
    start: int
    stop: int


class LabelReader:
    """Reads labels in what a model wrote; made once for all the answers to a suite.

    Args:
        label_words: the words that stand for each label; the label itself is understood too.
    """

    def __init__(self, label_words: Mapping[str, str]) -> None:
        self._labels = tuple(label_words)
        self._alone = {label.casefold(): label for label in label_words}
        self._alone |= {word.strip().casefold(): label for label, word in label_words.items()}
        self._names = _names(label_words)
        self._lengths = sorted({len(name) for name in self._names}, reverse=True)

    def classification(self, text: str) -> Classification | Unscored:
        """Return score 1 for the label that a text names, 0 for the others; no probabilities."""
        label = self.label(text)
        if isinstance(label, Unscored):
            return label
        return Classification(
            labels=self._labels,
            scores=tuple(float(name == label) for name in self._labels),
            is_probability=False,
        )

    def label(self, text: str) -> str | Unscored:
        """Return the one label that a text names.

        It is the whole text, its last words ("Answer: positive"), or its first clause
        ("Positive, because …"); case and punctuation do not count. Of a longer and a shorter
        label at the same place the longer is meant ("very good", not "good"). A text names none
        that mentions two, one amid other words ("there is no way to tell"), or one after a
        negation ("not positive").

        >>> reader = LabelReader({"0": "negative", "1": "positive"})
        >>> reader.label("Positive.")
        '1'
        >>> reader.label("positive or negative")
        Unscored(reason='the answer names several labels: 1, 0')
        """
        plain = text.strip().casefold()
        if plain in self._alone:
            return self._alone[plain]
        tokens = words(text)
        mentions = list(self._mentions(tokens))
        mentioned = tuple(dict.fromkeys(mention.label for mention in mentions))
        if len(mentioned) > 1:
            return Unscored(f"the answer names several labels: {', '.join(mentioned)}")
        if not mentioned:
            return Unscored(f"the answer names no label: {_quoted(text)}")
        if _is_negated(tokens, mentions):
            return Unscored(f"the answer has a negation before its label: {_quoted(text)}")
        is_at_the_end = mentions[-1].stop == len(tokens)
        if not is_at_the_end and not self._is_first_clause(text):
            return Unscored(f"the answer mentions a label amid other words: {_quoted(text)}")
        return mentioned[0]

    def _mentions(self, tokens: Sequence[str]) -> Iterator[_Mention]:
        start = 0
        while start < len(tokens):
            found = (tuple(tokens[start : start + length]) for length in self._lengths)
            name = next((name for name in found if name in self._names), None)
            stop = start + (1 if name is None else len(name))
            for label in () if name is None else self._names[name]:
                yield _Mention(label, start, stop)
            start = stop

    def _is_first_clause(self, text: str) -> bool:
        clause = _CLAUSE_END.split(text.lstrip(_EDGE), maxsplit=1)[0]
        return tuple(words(clause)) in self._names


def _is_negated(tokens: Sequence[str], mentions: Sequence[_Mention]) -> bool:
    """Tell whether a negation comes before a mention; one that is part of a label is none."""
    inside = {place for mention in mentions for place in range(mention.start, mention.stop)}
    before = range(mentions[-1].start)
    return any(
        tokens[place] in _NEGATIONS
        or (tokens[place] == "t" and place and tokens[place - 1].endswith("n"))  # "isn't"
        for place in before
        if place not in inside
    )


def _names(label_words: Mapping[str, str]) -> dict[tuple[str, ...], list[str]]:
    """Return labels by the words that name them; a label's own words yield to another's words."""
    names: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for label, spoken in label_words.items():
        names[tuple(words(spoken))].append(label)
    for label in label_words:
        names.setdefault(tuple(words(label)), [label])
    names.pop((), None)
    return names


def _quoted(text: str) -> str:
    line = " ".join(text.split())
    return repr(line if len(line) <= _N_QUOTED else line[:_N_QUOTED] + "…")
