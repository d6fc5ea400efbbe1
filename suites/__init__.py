"""Samples and metrics; nothing about transport."""
