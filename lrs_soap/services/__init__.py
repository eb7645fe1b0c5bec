"""The two ports as Spyne services: one module a port, one function an operation, and the messages they answer with."""
