"""Methods that tell what each part of a text adds to an answer; ``explain = [...]`` names them."""
