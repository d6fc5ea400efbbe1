"""Makes the objects of TextAttack that one attack on one text needs."""

from __future__ import annotations

import copy
import sys
from functools import cache
from typing import Any

from harness.core.silence import silenced
from harness.suites.attacks.textattack.catalogue import CATALOGUE
from harness.suites.attacks.textattack.importing import LOGGER, no_nltk_download, textattack
from harness.suites.attacks.textattack.victim import Victim


def attack_of(recipe: str, budget: int | None) -> Any:
    """Return a ``textattack.Attack`` for one text, with a ``Victim`` as its model.

    Transformation and constraints (and with them vectors and models) are shared by all texts: what
    they keep is no more than a cache. The goal function holds the right answer and the count of
    queries, some searches hold how far they are, and the attack holds caches that it empties at its
    end: each text has its own.

    Raises:
        ConfigError: TextAttack is not here.
        SourceError: its word lists cannot be had.
    """
    built = _built(recipe)
    goal = copy.copy(built.goal_function)
    goal.model = Victim()
    if budget is not None:
        goal.query_budget = budget
    return textattack().Attack(
        goal,
        [*built.constraints, *built.pre_transformation_constraints],
        built.transformation,
        copy.copy(built.search_method),
    )


@cache
def _built(recipe: str) -> Any:
    package = textattack()
    package.models.wrappers.ModelWrapper.register(Victim)
    entry = CATALOGUE[recipe]
    with silenced(LOGGER), no_nltk_download():
        built = getattr(package.attack_recipes, entry.cls).build(Victim(), **entry.build)
    # Every text is to reach the engine, which knows what was asked before by any sample, and all
    # texts of a step at once: TextAttack counts a query before it looks into its cache.
    built.goal_function.use_cache = False
    built.goal_function.batch_size = sys.maxsize
    return built
