"""A model that is as good as a test says, sitting the same exam again and again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from fakes.workplace import Outcome, Workplace

N = 400
"""Questions: where no answer differs, the interval of a share ends below 0.01."""

_PROGRAM = """\
WRONG = {wrong}
SILENT = {silent}

def answer(prompt):
    number = int(prompt.split()[-1])
    if number in SILENT:
        raise ValueError("no answer")
    return "wrong" if number in WRONG else "right"
"""
_SPEC = """\
name = "exam"
{top}
[[model]]
name = "{model}"
adapter = "python"
target = "{module}:answer"
path = "."

[[suite]]
name = "questions"
suite = "generation"
data = "questions.csv"
columns = {{ text = "question", target = "answer", id = "id", slices = ["part"] }}
metrics = ["exact_match", "token_f1"]
{suite}
"""


@dataclass(frozen=True)
class Exam:
    """Questions of which a model answers some wrongly, and some not at all."""

    place: Workplace

    def spec(
        self,
        *,
        wrong: Collection[int] = (),
        silent: Collection[int] = (),
        n: int = N,
        model: str = "student",
        suite: str = "",
        top: str = "",
    ) -> Path:
        """Write questions, model and spec.

        Args:
            wrong: numbers of the questions that the model gets wrong.
            silent: numbers of those on which it fails.
            n: questions; the second half of them is ``hard``.
            model: its name.
            suite: more lines of the suite's table.
            top: lines at the top of the spec.
        """
        rows = (f"q{i},question {i},right,{'easy' if 2 * i < n else 'hard'}" for i in range(n))
        self.place.write("questions.csv", "\n".join(("id,question,answer,part", *rows)) + "\n")
        program = _PROGRAM.format(wrong=sorted(wrong), silent=sorted(silent))
        # A module is imported once in a process, so that each student needs a name of its own.
        module = f"student_{sha256((str(self.place.folder) + program).encode()).hexdigest()[:16]}"
        self.place.write(f"{module}.py", program)
        return self.place.write(
            "exam.toml", _SPEC.format(top=top, model=model, module=module, suite=suite)
        )

    def sit(
        self,
        *,
        wrong: Collection[int] = (),
        silent: Collection[int] = (),
        n: int = N,
        model: str = "student",
        suite: str = "",
    ) -> Path:
        """Run the exam and return the run folder."""
        spec = self.spec(wrong=wrong, silent=silent, n=n, model=model, suite=suite)
        known = set(self.place.runs)
        outcome = self.place.harness("run", spec)
        (folder,) = set(self.place.runs) - known
        assert outcome.code == (3 if silent else 0), outcome.err
        return folder

    def night(
        self,
        *options: object,
        wrong: Collection[int] = (),
        silent: Collection[int] = (),
        n: int = N,
    ) -> Outcome:
        """Run the exam as one night of the line ``main``."""
        spec = self.spec(wrong=wrong, silent=silent, n=n)
        return self.place.harness("nightly", spec, "--line", "main", *options)
