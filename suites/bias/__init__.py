"""Bias: whether answers hang on who a text is about."""
