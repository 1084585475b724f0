"""Models: what succeeded jobs leave behind."""
