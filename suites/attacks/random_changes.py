"""A recipe's own changes, made at random: what its control asks about."""

from __future__ import annotations

import random

from harness.suites.attacks.moves import Moves
from harness.suites.attacks.random_search import Candidate


def drawn(moves: Moves, rng: random.Random) -> Candidate | None:
    """Draw how many words to change, which ones, and to what; None where nothing can be changed.

    Args:
        moves: the recipe's, with the random ones among its changes drawn anew.
        rng: the source of chance.
    """
    draft = moves.start
    left = moves.places(draft)
    rng.shuffle(left)
    most = len(left) if moves.n_sure is None else min(len(left), moves.n_sure)
    n_wanted = rng.randint(1, max(1, most))
    if moves.most is not None:
        n_wanted = min(n_wanted, moves.most)
    while left and draft.n_changes < n_wanted:
        place = left.pop()
        offers = moves.offers(draft, place)
        if not offers:
            continue
        n_before = draft.n_words
        draft = rng.choice(offers).taken(draft)
        n_more = draft.n_words - n_before
        if n_more:
            left = [at + n_more if at > place else at for at in left]
    return Candidate(text=draft.text, n_changed=draft.n_changes) if draft.n_changes else None
