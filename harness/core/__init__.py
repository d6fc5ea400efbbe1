"""Values and ports; standard library only."""
