"""A job once more, otherwise, under another name, or as if it had not been asked."""
