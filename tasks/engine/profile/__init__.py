"""What is in a table: the kind of each column, its numbers, and what is worth checking."""
