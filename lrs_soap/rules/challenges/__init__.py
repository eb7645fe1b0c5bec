"""Data challenges: what can be reported about a ULN or a qualification, and what becomes of it."""
