"""Trying several estimators in a time limit, and what becomes of the best ones."""
