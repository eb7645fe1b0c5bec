"""The user types with which a learner's record is asked for."""

from __future__ import annotations

LEARNER_ITSELF = "LNR"
"""A learner who reads their own record; the other types are organisations."""

ORGANISATION = "ORG"
"""An organisation that reads a learner's record."""
