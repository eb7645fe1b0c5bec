"""The scenarios of a world, and counting the requests that fit them: exactly, over all processes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from lrs_soap.scenarios.matching import Facts, Hit, fits, hit_of, hits
from lrs_soap.scenarios.scenario import Scenario
from lrs_soap.store import scenarios as rows
from lrs_soap.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Counted:
    """A scenario that is held under a number, and how often it has fitted and hit when it was read."""

    number: int
    scenario: Scenario
    fitted: int
    hit: int


def read(transaction: Transaction) -> tuple[Counted, ...]:
    """The scenarios of a world, in the order in which they are tried."""
    return tuple(
        Counted(each.number, Scenario(name=each.name, **json.loads(each.definition)), each.fitted, each.hit)
        for each in rows.held(transaction)
    )


def fitting(held: Sequence[Counted], facts: Facts) -> list[Counted]:
    """Those that fit a request."""
    return [each for each in held if fits(each.scenario, facts)]


def first_hit(transaction: Transaction, fitted: Sequence[Counted]) -> Hit | None:
    """Count a request for those that it fits, up to the first that hits it, which is returned.

    Those behind that one do not count it. To be called in a transaction of its own that writes.
    """
    for each in fitted:
        counts = rows.count_fitted(transaction, each.number)
        if counts is not None and hits(each.scenario, fitted=counts[0], hit=counts[1]):
            rows.count_hit(transaction, each.number)
            return hit_of(each.scenario, counts[0])
    return None
