"""Documents compared with what was read and found good.

After a change that is meant, write the new text over the file that the failure names and read it.
"""

from pathlib import Path

import pytest
from fakes.synthetic_judgement import compared_run
from fakes.synthetic_run import synthetic_run

from harness.core.ports import Renderer
from harness.core.run import Status
from harness.reports.csv import CsvRenderer
from harness.reports.junit import JunitRenderer
from harness.reports.markdown import MarkdownRenderer

FOLDER = Path(__file__).parent / "reports"


@pytest.mark.parametrize("status", [Status.COMPLETE, Status.INTERRUPTED])
@pytest.mark.parametrize("renderer", [MarkdownRenderer(), CsvRenderer(), JunitRenderer()])
def test_document_is_the_one_that_was_read(renderer: Renderer, status: Status) -> None:
    path = FOLDER / f"{status.value}{renderer.suffix}"
    actual = renderer.render(synthetic_run(n=60, status=status))
    assert actual == path.read_text("utf-8"), f"{path} differs"


@pytest.mark.parametrize("renderer", [MarkdownRenderer(), CsvRenderer(), JunitRenderer()])
def test_document_of_a_compared_run_is_the_one_that_was_read(renderer: Renderer) -> None:
    path = FOLDER / f"compared{renderer.suffix}"
    assert renderer.render(compared_run(n=60)) == path.read_text("utf-8"), f"{path} differs"
