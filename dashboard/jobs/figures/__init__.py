"""The figures of a job's page."""
