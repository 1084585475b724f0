"""The go-to box of every page: a number or a few letters lead to a job, a dataset, a page."""
