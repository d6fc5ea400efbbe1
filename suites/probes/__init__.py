"""Probes of language models: what they say when somebody means them, or their users, ill."""
