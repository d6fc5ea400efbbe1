"""Probes for social bias."""
