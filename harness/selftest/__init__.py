"""How far the tool's own clock and load generator can be trusted, measured against known truth."""
