"""Doing something to many jobs."""
