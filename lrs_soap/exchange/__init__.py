"""One request and its answer, and the log that is told of it."""
