"""Searches for a text close to a given one that a model takes for something else."""
