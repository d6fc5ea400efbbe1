"""Pure functions on numpy arrays: intervals, tests, resampling."""
