"""Word lists and dictionaries, out of pinned packages: what perturbations and attacks draw on."""
