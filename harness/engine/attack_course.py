"""One attack on one sample: the clean question, the search, and the random search beside it."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from harness.core.attacked import Attacked, Found, Guess, Outcome
from harness.core.ports import Attack, GradientSearch, Search
from harness.core.request import Differentiate
from harness.core.response import Failure, FailureKind, Response, Usage
from harness.core.sample import Sample
from harness.core.token_gradients import TokenGradients
from harness.engine.broken_course import Broken, guarded, total_usage
from harness.engine.guess_cache import Unreadable
from harness.engine.guessing import Question, Told
from harness.engine.search_ledger import Ledger, Verified
from harness.engine.searched_text import SearchedText

Answer: TypeAlias = Response | Failure
Course: TypeAlias = Generator[Question, Told, Answer]
AnySearch: TypeAlias = Search | GradientSearch
Wanted: TypeAlias = Sequence[str] | Sequence[Differentiate]
News: TypeAlias = list[Guess] | list[TokenGradients]

_MOST_IN_VAIN = 1000
"""Times in a row that a search may ask although it is sent nothing; more, and it has no end."""


def course_of(attack: Attack, seed: int, sample: Sample) -> Course:
    """Return an inquiry that asks what the attack needs to know, and returns what it came to.

    Args:
        attack: the recipe.
        seed: of the run.
        sample: the attacked one; no other has a part in the outcome.

    Raises:
        HarnessError: what the recipe needs cannot be had.
    """
    usages: list[Usage] = []
    try:
        attacked = yield from _noting(_attacked(attack, seed, sample), usages)
    except Broken as broken:
        return broken.failure
    return Response(output=attacked, usage=total_usage(usages))


def _attacked(attack: Attack, seed: int, sample: Sample) -> Generator[Question, Told, Attacked]:
    if not sample.targets:
        message = f"there is no right answer that the attack {attack.label} could turn"
        raise Broken(Failure(kind=FailureKind.UNDISTURBED, message=message))
    told = yield Question(sample, (sample.text,))
    clean = _clean_guess(told)
    if not clean.is_right:
        return _skipped(sample, clean, told.n_sent)
    if sample.open_spans == ():
        raise _without_change(attack)
    searching = Ledger(
        who=f"the attack {attack.label}",
        sample=sample,
        clean=clean,
        budget=attack.budget,
        keeps_label=bool(getattr(attack, "keeps_label", False)),
        n_sent=told.n_sent,
    )
    # Drawn from the sample's own id: neither order, window nor batch has a part in it.
    key = f"{seed}/{attack.label}/{sample.id}"
    search = _begun(attack.search, searching, key)
    if search is None:
        raise Broken.by_defect(searching.who, "has no search")
    end = yield from _carried_out(search, searching)
    if end.found.has_no_change and end.outcome is not Outcome.SUCCEEDED:
        raise _without_change(attack)
    beside = replace(
        searching,
        who=f"the random search beside {attack.label}",
        budget=searching.n_queries + searching.n_gradients,
        n_queries=1,
        n_unreadable=0,
        n_gradients=0,
        asked={},
    )
    control = _begun(attack.control, beside, f"{key}/control")
    other = None if control is None else (yield from _carried_out(control, beside))
    return _summed_up(searching, end, other)


def _without_change(attack: Attack) -> Broken:
    message = f"the attack {attack.label} knows no change of this text"
    return Broken(Failure(kind=FailureKind.UNDISTURBED, message=message))


def _clean_guess(told: Told) -> Guess:
    (clean,) = told.readings
    if isinstance(clean, Guess):
        return clean
    what = "the text as it stands"
    if isinstance(clean, Unreadable):
        message = f"no label can be read from the answer to {what}: {clean.reason}"
        raise Broken(Failure(kind=FailureKind.PROTOCOL, message=message))
    raise Broken(replace(clean, message=f"{what}: {clean.message}"))


def _skipped(sample: Sample, clean: Guess, n_sent: int) -> Attacked:
    return Attacked(
        outcome=Outcome.SKIPPED,
        text=sample.text,
        label=clean.label,
        p_right=clean.p_right,
        clean_label=clean.label,
        clean_p_right=clean.p_right,
        n_words=0,
        n_changed=0,
        n_queries=1,
        n_sent=n_sent,
    )


def _summed_up(ledger: Ledger, end: Verified, control: Verified | None) -> Attacked:
    attacked = Attacked(
        outcome=end.outcome,
        text=end.found.text,
        label=end.guess.label,
        p_right=end.guess.p_right,
        clean_label=ledger.clean.label,
        clean_p_right=ledger.clean.p_right,
        n_words=end.found.n_words,
        n_changed=end.found.n_changed,
        n_queries=ledger.n_queries,
        n_sent=ledger.n_sent,
        n_barren=end.found.n_barren,
        found_at=end.found_at,
        n_unreadable=ledger.n_unreadable,
        n_gradients=ledger.n_gradients,
    )
    if control is None:
        return attacked
    return replace(
        attacked,
        control=control.outcome,
        control_text=control.found.text,
        control_n_changed=control.found.n_changed,
        control_found_at=control.found_at,
    )


def _begun(
    start: Callable[[str, Guess, random.Random], AnySearch | None], ledger: Ledger, key: str
) -> AnySearch | None:
    rng = random.Random(key)  # noqa: S311 - no secret
    text = SearchedText.of(ledger.sample)
    search = guarded(ledger.who, lambda: start(text.shown, ledger.clean, rng))
    if search is None or ledger.sample.open_spans is None:
        return search
    searched: AnySearch = text.searched(search)
    return searched


def _carried_out(search: AnySearch, ledger: Ledger) -> Generator[Question, Told, Verified]:
    """Let a search ask until it is done; past its budget it is sent nothing more."""
    n_in_vain = 0
    wanted = guarded(ledger.who, lambda: _stepped(search, None))
    while not isinstance(wanted, Found):
        n_before = ledger.n_queries
        news = yield from _asked(wanted, ledger)
        n_in_vain = n_in_vain + 1 if ledger.n_queries == n_before else 0
        if n_in_vain > _MOST_IN_VAIN:
            raise Broken.by_defect(ledger.who, "goes on asking although it is sent nothing")
        wanted = guarded(ledger.who, lambda: _stepped(search, news))  # noqa: B023 - called at once
    return ledger.verified(wanted)


def _asked(wanted: Wanted, ledger: Ledger) -> Generator[Question, Told, News]:
    """Ask what a search wants to know, as far as there are queries left."""
    gradients = tuple(each for each in wanted if isinstance(each, Differentiate))
    texts = tuple(each for each in wanted if isinstance(each, str))
    if len(gradients) + len(texts) < len(wanted) or (gradients and texts):
        raise Broken.by_defect(ledger.who, "asks neither about texts alone nor for gradients alone")
    if gradients:
        return ledger.enter_gradients((yield Question(ledger.sample, gradients=gradients)))
    affordable = ledger.affordable(texts)
    told = (yield Question(ledger.sample, affordable)) if affordable else Told()
    return ledger.enter(affordable, told)


def _stepped(search: AnySearch, news: News | None) -> Wanted | Found:
    """Take a search to its next question, or to its end."""
    # What a search is sent fits what it asked; a type cannot say so.
    running: Any = search
    try:
        wanted: Wanted = next(running) if news is None else running.send(news)
    except StopIteration as end:
        if not isinstance(end.value, Found):
            raise TypeError(f"it returns {type(end.value).__name__}, not Found") from end
        return end.value
    if isinstance(wanted, str):
        raise TypeError("it asks with one text, not with a list of them")
    return wanted


def _noting(
    asking: Generator[Question, Told, Attacked], usages: list[Usage]
) -> Generator[Question, Told, Attacked]:
    """Pass questions and answers on, and keep what the answers took."""
    told: Told | None = None
    while True:
        try:
            question = next(asking) if told is None else asking.send(told)
        except StopIteration as end:
            attacked: Attacked = end.value
            return attacked
        told = yield question
        usages += told.usages
