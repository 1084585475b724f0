"""Chores: short work on the light queue."""
