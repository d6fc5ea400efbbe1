"""Plan, execute, score, estimate."""
