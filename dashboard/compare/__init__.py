"""Compare: jobs side by side."""
