"""Searches: batches whose jobs are candidates, of which the best is fitted on all rows."""

KIND = "search"
