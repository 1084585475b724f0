"""Batches: jobs that were submitted together."""
