"""HTTP: the application and what serves it."""
