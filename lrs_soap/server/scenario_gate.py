"""Which scenario steps in for a request: the one that it names in a header, or the first that hits it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from lrs_soap.errors import BegunAnew
from lrs_soap.exchange.exchange import Exchange
from lrs_soap.operations.work import UnitOfWork
from lrs_soap.rules.values.change import NOBODY, Author
from lrs_soap.scenarios.counting import Counted, first_hit, fitting
from lrs_soap.scenarios.matching import Facts, Hit, can_do, hit_of
from lrs_soap.scenarios.scenario import Scenario
from lrs_soap.scenarios.shipped import SHIPPED
from lrs_soap.server.http_request import HANDS_OVER, Environ, HandedOver, HttpError
from lrs_soap.world import OpenUnit, World
from lrs_soap.wsdl.endpoint import Answered

_HEADER = "HTTP_LRS_SCENARIO"


@dataclass(slots=True)
class Count:
    """What counting a request has come to: the scenario that hits it, if one does, or why it could not be counted.

    `exchange` and `refusal` are what was known of the request when it was handed over. `is_void` says that the world
    was put back meanwhile, so that it has to be counted again.
    """

    exchange: Exchange
    refusal: HttpError | None
    hit: Hit | None = None
    error: Exception | None = None
    is_void: bool = False


class ScenarioGate:
    """The scenarios of a world, as they are at each request. Threads may share it."""

    def __init__(self, world: World) -> None:
        self._world = world

    def may_step_in(self, environ: Environ) -> bool:
        """Whether there is anything to be looked at: a scenario, or a header that names one."""
        return bool(self._world.scenarios) or self._is_named(environ)

    def now(self) -> datetime:
        """The moment on the world's clock."""
        return self._world.clock.now()

    def count(self, environ: Environ, facts: Facts, exchange: Exchange, refusal: HttpError | None) -> Count:
        """Count a request for the scenarios that it fits. Raises HttpError where the header names none for it.

        Where the server lets another thread write, this raises HandedOver, and what it was `found` to be is a Count.
        """
        counted = Count(exchange, refusal)
        if self._is_named(environ):
            counted.hit = self._named(str(environ[_HEADER]).strip(), facts)
            return counted
        while fitted := fitting(self._world.scenarios, facts):
            generation = self._world.generation
            if environ.get(HANDS_OVER):
                put = partial(self._put, counted, fitted, generation)
                raise HandedOver(put, None, is_large=False, found=counted)
            counted.is_void = False
            _count(counted, fitted, generation, self._open_unit)
            if not counted.is_void:
                break
        return counted

    def _open_unit(self, author: Author, generation: int) -> AbstractContextManager[UnitOfWork]:
        return self._world.writing(author, durable=False, generation=generation)

    def _is_named(self, environ: Environ) -> bool:
        return self._world.policy.scenario_header and _HEADER in environ

    def _named(self, name: str, facts: Facts) -> Hit:
        held: dict[str, Scenario] = {each.scenario.name: each.scenario for each in self._world.scenarios}
        scenario = held.get(name) or SHIPPED.get(name)
        if scenario is None:
            known = ", ".join(sorted({*SHIPPED, *held}))
            raise HttpError("400 Bad Request", f"LRS-Scenario names no scenario. Those are {known}.")
        assert scenario.do is not None
        if not can_do(scenario.do, facts.operation):
            raise HttpError("400 Bad Request", f"The scenario {name} cannot answer this request.")
        return hit_of(scenario)

    def _put(
        self, counted: Count, fitted: list[Counted], generation: int, answer: Answered
    ) -> Callable[[], bool] | None:
        def fail(error: Exception) -> None:
            counted.hit, counted.error = None, error

        return self._world.write_later(
            lambda open_unit: _count(counted, fitted, generation, open_unit),
            fail,
            answer,
            durable=False,
            stands_alone=False,
            deadline=self._world.store.writers.deadline(),
        )


def _count(counted: Count, fitted: list[Counted], generation: int, open_unit: OpenUnit) -> None:
    """Count in a unit of work of its own. This raises nothing, as it may share a transaction."""
    try:
        with open_unit(NOBODY, generation) as work:
            counted.hit = first_hit(work.transaction, fitted)
    except BegunAnew:
        counted.is_void = True
    except Exception as error:  # whatever it is, the request gets a fault for it
        counted.error = error
