"""The chaos run: the real product under a stream of jobs and random faults; ``make chaos``."""
