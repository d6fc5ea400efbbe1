"""Charts of latency, drawn when the page is made: they need no script and print as they are."""
