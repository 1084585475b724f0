"""How long jobs took, take and will take."""
