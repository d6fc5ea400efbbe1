"""A model that shouts, and what measures it."""
