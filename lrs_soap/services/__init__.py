"""The Spyne services: a module a port, a function an operation."""
