"""Ways to disturb a text, one to a file; ``perturb = ["typos", …]`` of a suite names them."""
