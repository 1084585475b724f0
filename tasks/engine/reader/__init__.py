"""Bytes to a table of text, whatever the file is; the way in is `tasks.engine.table.tabular`."""
