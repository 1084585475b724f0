"""A table's cells: as they were read, as text, and as typed values by a schema."""
