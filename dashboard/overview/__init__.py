"""Overview: what is going on, and what needs a look."""
