"""What every page of the portal uses: the world that is asked, and who checks the contract's facets."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g

from lrs_soap.rules.values.learner_fields import Check
from lrs_soap.world import World

ASKED = "lrs_soap.asked"
"""The name in the environment of a request under which it has what it is about."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request is about: the world, which has looked (`World.look`), and the check of the contract's facets."""

    world: World
    check: Check


def asked() -> Asked:
    """What the request that is answered now is about."""
    found: Asked = g.asked
    return found
