"""The documentation's tables, made from the code, and its commands, taken out of the pages."""
