"""Scenarios: which request one steps in for, and what it does instead of the service, or to its answer."""
