"""A world: one register with everything it needs, opened from the settings. The worlds of a server have names."""

from __future__ import annotations

from lrs_soap.world.names import MAIN, START, is_name
from lrs_soap.world.policy import policy_of
from lrs_soap.world.world import OpenUnit, World
from lrs_soap.world.worlds import WorldFacts, Worlds

__all__ = ["MAIN", "START", "OpenUnit", "World", "WorldFacts", "Worlds", "is_name", "policy_of"]
