"""Scenarios of a world: what steps in for the service, and for which requests."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response

from lrs_soap.control.answering import answered, asked, changing, part
from lrs_soap.control.models import Error, NewScenario, ScenarioList, ScenarioPath, ScenarioShown
from lrs_soap.scenarios.counting import Counted
from lrs_soap.world import scenarios as world_scenarios

scenarios = part("scenarios")


@scenarios.get("/scenarios", responses={200: ScenarioList}, operation_id="list_scenarios")
def listed() -> Response:
    """The world's scenarios, in the order in which they are tried, with what they have been counted for."""
    return answered(ScenarioList([_shown(each) for each in world_scenarios.listed(asked().world)]))


@scenarios.post("/scenarios", responses={201: ScenarioShown, 409: Error}, operation_id="add_scenario")
def add(body: NewScenario) -> Response:
    """Add a scenario. Without `do` it is the shipped one of its name."""
    with changing("add scenario"):
        added = world_scenarios.add(asked().world, body)
    return answered(_shown(added), HTTPStatus.CREATED)


@scenarios.delete("/scenarios", responses={204: None}, operation_id="clear_scenarios")
def clear() -> Response:
    """Remove all scenarios."""
    with changing("clear scenarios"):
        world_scenarios.clear(asked().world)
    return Response(status=HTTPStatus.NO_CONTENT)


@scenarios.delete("/scenarios/<name>", responses={204: None}, operation_id="remove_scenario")
def remove(path: ScenarioPath) -> Response:
    """Remove a scenario."""
    with changing("remove scenario"):
        world_scenarios.remove(asked().world, path.name)
    return Response(status=HTTPStatus.NO_CONTENT)


def _shown(counted: Counted) -> ScenarioShown:
    scenario = counted.scenario
    return ScenarioShown(name=scenario.name, **scenario.definition(), fitted=counted.fitted, hit=counted.hit)
