"""One request and its answer, and the journals that keep them."""
