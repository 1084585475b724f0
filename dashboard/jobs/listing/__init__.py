"""The list of jobs: which, in which order, with which columns."""
