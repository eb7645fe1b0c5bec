"""Where a world answers."""

from __future__ import annotations

from dataclasses import dataclass

from lrs_soap.world import MAIN


@dataclass(frozen=True, slots=True)
class Addresses:
    """The name of a world, and its full addresses."""

    name: str
    learner_service: str
    learner_service_r9: str
    portal: str


def addresses_of(name: str, base: str) -> Addresses:
    """The addresses of the world of a name. `base` is the address of the server, without a slash at its end."""
    own = base if name == MAIN else f"{base}/w/{name}"
    return Addresses(name, f"{own}/LearnerService.svc", f"{own}/LearnerServiceR9.svc", f"{own}/portal/")
