"""A trained model as files: written, described, checked, loaded."""
