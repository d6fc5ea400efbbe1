"""Searches for texts that a model is wrong about, by the recipes of published attacks."""
