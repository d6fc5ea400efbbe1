"""A run to a document; nothing about running."""
