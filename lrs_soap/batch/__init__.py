"""Batches: the worker that does their records, and the files that they come and go in."""
