"""Equivalent forms of one question: formats, orders of options, paraphrases."""
