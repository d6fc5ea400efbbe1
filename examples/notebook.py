"""What a notebook would do: carry out a spec, read its tables, open the run again.

In a notebook, a cell that ends with the result shows the report itself.
"""

from __future__ import annotations

from harness import load_run, run

result = run("two_models.toml", seed=1, out="runs")

table = result.to_frame()
headlines = table[(table.metric == "accuracy") & (table.slice == "")]
print(headlines[["model", "value", "low", "high", "n"]].to_string(index=False))

samples = result.samples()
wrong = samples[samples["confusion.target"] != samples["confusion.prediction"]]
print(f"{len(wrong)} of {len(samples)} answers are wrong")

again = load_run("latest", root="runs")
print(again.run.manifest.status, again.report.name)
