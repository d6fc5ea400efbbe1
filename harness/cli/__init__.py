"""One command per file, a thin shell."""
