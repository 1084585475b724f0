"""Searching for parameters: what may be tried, and what to try next."""
