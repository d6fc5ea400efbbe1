"""The door of the project."""
