"""Write the generated parts of the documentation anew: ``PYTHONPATH=tests python -m pages``."""

from __future__ import annotations

from pages.generated import PAGES, ROOT, regenerated

for name in PAGES:
    file = ROOT / name
    file.write_text(regenerated(file.read_text(encoding="utf-8")), encoding="utf-8")
