"""The pages of a dataset: its columns, how they relate, its rows."""
