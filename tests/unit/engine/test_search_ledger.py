"""What the queries of a search bear out of what it says of its success."""

from __future__ import annotations

import pytest

from harness.core.attacked import Found, Guess
from harness.core.sample import Sample
from harness.engine.broken_course import Broken
from harness.engine.guessing import Told
from harness.engine.search_ledger import Ledger

RIGHT = Guess(label="good", is_right=True, p_right=0.9)
WRONG = Guess(label="bad", is_right=False, p_right=0.1)


def ledger() -> Ledger:
    """Return one of the original and five more texts, the second of which turned the model."""
    sample = Sample(id="s", index=0, text="original", targets=("good",))
    made = Ledger(who="it", sample=sample, clean=RIGHT, budget=None, keeps_label=False)
    made.enter(list("abcde"), Told(readings=[RIGHT, WRONG, RIGHT, RIGHT, RIGHT]))
    return made


def found(n_spare: int | None) -> Found:
    return Found(has_succeeded=True, text="b", n_changed=1, n_words=1, n_spare=n_spare)


@pytest.mark.parametrize(("n_spare", "budget"), [(None, 3), (0, 6), (2, 4), (5, 1)])
def test_a_success_takes_the_queries_that_were_not_to_spare(
    n_spare: int | None, budget: int
) -> None:
    assert ledger().verified(found(n_spare)).found_at == budget


@pytest.mark.parametrize("n_spare", [-1, 6, 99])
def test_no_more_queries_are_to_spare_than_there_were(n_spare: int) -> None:
    with pytest.raises(Broken, match="to spare"):
        ledger().verified(found(n_spare))
