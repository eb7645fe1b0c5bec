"""Lists that operations go by, as data."""
