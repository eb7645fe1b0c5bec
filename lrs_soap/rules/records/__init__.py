"""How the service decides about the Personal Learning Record: who may see it, and what of it."""
