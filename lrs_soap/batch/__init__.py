"""Batches: the files that they are submitted and returned in, and the worker that processes their records."""
