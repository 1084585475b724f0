"""Versions of a dataset: which there are, another one, the difference of two."""
