"""What holds for all tests."""

from hypothesis import settings

# How long an example takes is the machine's affair: another job must not fail a test.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
