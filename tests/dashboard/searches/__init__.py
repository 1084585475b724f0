"""Searches: what is checked, what comes next, and how they end."""
