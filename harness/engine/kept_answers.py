"""Answers to queries of attacks and explanations, kept in the cache for the model's later runs.

One file for all models, of SQLite, so that several processes may read and write at once. A question
is known by a hash of the model's fingerprint and of all that is sent: another checkpoint, setting
or prompt is another question. What is kept is the answer itself; each run reads it anew.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from harness.core.abilities import PinnedSession
from harness.core.codec import decode_output, encode_output, hash_payload
from harness.core.errors import sentence
from harness.core.ports import Session
from harness.core.request import Payload
from harness.core.response import Output
from harness.sources.cache import cache_dir

MOST_BYTES = 256_000_000
"""Of the file: a million answers of two labels or more."""
_FORM = "1"
"""Of what is stored; another one makes other questions of all."""
_PATIENCE_S = 30.0
"""For another process that is writing."""
_TABLE = """
create table if not exists answers (
    place integer primary key autoincrement, question blob not null unique, output text not null
)
"""
_LOOK_UP = "select output from answers where question = ?"
_KEEP = "insert or ignore into answers (question, output) values (?, ?)"
_FORGET = """
delete from answers where place <= (select (min(place) + max(place)) / 2 from answers)
"""


class KeptAnswers:
    """Those of one model. A file that stays busy is done without, a damaged one put aside."""

    def __init__(self, path: Path, fingerprint: str, most_bytes: int = MOST_BYTES) -> None:
        self._path = path
        self._fingerprint = fingerprint
        self._most_bytes = most_bytes
        self.n_taken = 0
        self.problem = ""
        """What is wrong with the file; empty while all is well."""
        self._is_usable = True

    def outputs(self, payloads: Mapping[str, Payload]) -> dict[str, Output]:
        """Return what earlier runs were answered, by the names of the questions it is known of."""
        if not self._is_usable:
            return {}
        try:
            with self._opened() as file:
                known = dict(self._looked_up(file, payloads))
        except (sqlite3.Error, ValueError) as error:
            self._give_up(error)
            return {}
        self.n_taken += len(known)
        return known

    def keep(self, answered: Iterable[tuple[Payload, Output]]) -> None:
        """Remember for later runs; where there is no room left the older half is forgotten."""
        rows = [
            (self._question(payload), json.dumps(encode_output(output)))
            for payload, output in answered
        ]
        if not (self._is_usable and rows):
            return
        try:
            with self._opened() as file:
                file.executemany(_KEEP, rows)
                if _size(file) > self._most_bytes:
                    file.execute(_FORGET)
        except sqlite3.Error as error:
            self._give_up(error)

    def told(self, n_sent: int) -> Iterator[str]:
        """Yield a sentence on what they were good for, and one on what is wrong with them.

        Args:
            n_sent: questions that had to be sent beside them.
        """
        n_new = self.n_taken + n_sent
        if self.n_taken:
            yield f"{self.n_taken} of {n_new} answers to its queries are those of earlier runs"
        if self.problem:
            yield self.problem

    def _looked_up(
        self, file: sqlite3.Connection, payloads: Mapping[str, Payload]
    ) -> Iterator[tuple[str, Output]]:
        for name, payload in payloads.items():
            for (output,) in file.execute(_LOOK_UP, (self._question(payload),)):
                yield name, decode_output(json.loads(output))

    def _question(self, payload: Payload) -> bytes:
        return sha256(f"{_FORM} {self._fingerprint} {hash_payload(payload)}".encode()).digest()

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """Give the file, in one transaction."""
        with closing(sqlite3.connect(self._path, timeout=_PATIENCE_S)) as file, file:
            file.execute(_TABLE)
            yield file

    def _give_up(self, error: Exception) -> None:
        if isinstance(error, sqlite3.OperationalError):  # busy, no room, no right to write
            reason = f"answers of earlier runs cannot be had ({error})"
            self.problem = sentence(str(self._path), reason, "see to the file or its disk")
            self._is_usable = False
            return
        aside = self._path.with_suffix(".damaged")
        reason = f"is damaged ({error}), and was put aside as {aside.name}"
        with suppress(OSError):  # another process has done so
            self._path.replace(aside)
        self.problem = sentence(str(self._path), reason, "nothing is to be done: a new one begins")


def kept_answers(session: Session) -> KeptAnswers | None:
    """Return the answers kept of a model; None where its identity does not pin what it answers.

    Raises:
        StoreError: the cache cannot be made.
    """
    if not (isinstance(session, PinnedSession) and session.is_pinned):
        return None
    return KeptAnswers(cache_dir("answers") / "answers.sqlite", session.identity.fingerprint)


def _size(file: sqlite3.Connection) -> int:
    """Return the bytes that are in use; what was forgotten leaves room in the file."""
    (pages,) = file.execute("pragma page_count").fetchone()
    (free,) = file.execute("pragma freelist_count").fetchone()
    (page,) = file.execute("pragma page_size").fetchone()
    return int(pages - free) * int(page)
