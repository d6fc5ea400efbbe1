"""Stand-ins that more than one room tests with."""
