"""The scenarios of a world: listed, added and removed while it serves. Every process sees it at its next request."""

from __future__ import annotations

import json
from collections.abc import Iterable

from lrs_soap.errors import AlreadyHeld, NotHeld
from lrs_soap.rules.values.change import OPERATOR
from lrs_soap.scenarios import counting
from lrs_soap.scenarios.checking import checked
from lrs_soap.scenarios.counting import Counted
from lrs_soap.scenarios.scenario import Scenario
from lrs_soap.store import scenarios as rows
from lrs_soap.world import World


def listed(world: World) -> tuple[Counted, ...]:
    """The scenarios, in the order in which they are tried. Raises StoreUnavailable, as the functions below do."""
    with world.store.reading() as transaction:
        return counting.read(transaction)


def add(world: World, given: Scenario) -> Counted:
    """Add a scenario behind those that there are. Raises InvalidRecord and NotPossible, as `checked` does.

    Raises AlreadyHeld where there is one of its name.
    """
    (added,) = add_each(world, [given])
    return added


def add_each(world: World, given: Iterable[Scenario]) -> list[Counted]:
    """Add several, in this order, or none of them. Raises as `add`."""
    scenarios = [checked(each) for each in given]
    with world.writing(OPERATOR) as work:
        for scenario in scenarios:
            try:
                with work.part():
                    rows.add(work.transaction, scenario.name, json.dumps(scenario.definition()))
            except AlreadyHeld:
                raise AlreadyHeld(f"There is a scenario {scenario.name!r} already.") from None
        held = {each.scenario.name: each for each in counting.read(work.transaction)}
    return [held[scenario.name] for scenario in scenarios]


def remove(world: World, name: str) -> None:
    """Remove a scenario. Raises NotHeld."""
    with world.writing(OPERATOR) as work:
        if not rows.remove(work.transaction, name):
            raise NotHeld(f"There is no scenario {name!r}.")


def clear(world: World) -> None:
    """Remove all of them."""
    with world.writing(OPERATOR) as work:
        rows.remove(work.transaction)
