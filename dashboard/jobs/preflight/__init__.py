"""A request held against its data before it is submitted."""
