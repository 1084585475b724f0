"""What is kept for how long: old rows, and files that no record names."""
