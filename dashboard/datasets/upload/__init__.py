"""Files that come in: at once, in parts, from an address."""
