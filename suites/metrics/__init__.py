"""One metric family per file."""
