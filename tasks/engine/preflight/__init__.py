"""A request held against its data within seconds, before a job of it is submitted."""
