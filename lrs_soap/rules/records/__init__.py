"""How the service decides about the Personal Learning Record: who may see it, and which parts of it."""
