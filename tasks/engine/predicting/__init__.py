"""A model applied to new rows, and how these differ from what it was trained on."""
