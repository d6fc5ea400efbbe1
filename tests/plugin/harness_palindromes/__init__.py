"""Words that read the same from both ends, and a model that reads from the other one."""
