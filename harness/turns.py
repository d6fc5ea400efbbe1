"""Lets models take turns in the rounds of a suite, each round in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from harness.core.identity import Identity
from harness.core.sample import Sample
from harness.core.spec import ModelSpec
from harness.engine.evaluate import Evaluating
from harness.engine.execute import Answered
from harness.engine.plan import capability_for
from harness.preparing import Prepared
from harness.round_process import Round, carry_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One of the models that take turns."""

    model: ModelSpec
    evaluating: Evaluating
    earlier: tuple[Answered, ...]
    """Rounds of a run that is resumed."""
    opened: Callable[[Identity], None]
    """Is given the model's identity each time that it is loaded."""


def take_turns(item: Prepared, turns: Sequence[Turn], note: Callable[[str], None]) -> None:
    """Carry out all rounds: a b, b a, a b, … so that a slow drift falls on all models alike.

    A model that is lost costs its own rounds and no other's. An interruption ends them all, and so
    does a wrong option, which is better told now than after hours of the other models.

    Of a run that is resumed a round stands if all models have carried it out. One that some of
    them have not is carried out again by all: its halves would be of two moments, and a drift
    between these would pass for a difference of the models.

    Args:
        item: the suite; each sample of its task is one round.
        turns: the models.
        note: is told how far it has come.

    Raises:
        StoreError: the records cannot be kept.
    """
    answered = [{done.sample.id for done in turn.earlier} for turn in turns]
    whole = set.intersection(*answered)
    halves = set.union(*answered) - whole
    if anew := [sample.id for sample in item.task.samples() if sample.id in halves]:
        names = ", ".join(anew)
        note(f"{item.suite.name}: timed anew by all models, so that they take turns: {names}")
    for turn in turns:
        turn.evaluating.take(done for done in turn.earlier if done.sample.id in whole)
    for number, sample in enumerate(item.task.samples()):
        for turn in turns if number % 2 == 0 else reversed(turns):
            if sample.id not in whole and not turn.evaluating.is_over:
                turn.evaluating.take(_round(item, turn, sample, note))
            if turn.evaluating.is_interrupted or turn.evaluating.refusal is not None:
                return


def _round(
    item: Prepared, turn: Turn, sample: Sample, note: Callable[[str], None]
) -> Iterator[Answered]:
    place = f"{item.suite.name} on {turn.model.name}, {sample.id}"
    note(place)
    order = Round(
        adapter=turn.model.adapter,
        task=item.task,
        sample=sample,
        capability=capability_for(item.suite, turn.model),
    )
    return carry_out(order, lambda text: note(f"{place}: {text}"), turn.opened)
