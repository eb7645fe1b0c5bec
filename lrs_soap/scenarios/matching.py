"""Whether a scenario fits a request, and whether it hits it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from random import Random

from lrs_soap.rules.values.organisation import canonical
from lrs_soap.scenarios.checking import operations_of
from lrs_soap.scenarios.scenario import Do, Scenario


@dataclass(frozen=True, slots=True)
class Facts:
    """What a request says, as far as it can be read. `operation` is the name on the wire; None for no known one."""

    operation: str | None = None
    organisations: Collection[str] = ()
    users: Collection[str] = ()
    ulns: Collection[str] = ()
    family_names: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A scenario that steps in: its name, what it does, and for how many seconds the answer is held back."""

    name: str
    do: Do
    delay: float


def fits(scenario: Scenario, facts: Facts) -> bool:
    """Whether all that the scenario names fits the request, and whether that can be answered as it says."""
    when = scenario.when
    return (
        _is_among(when.operation, [facts.operation or ""], str.lower)
        and _is_among(when.organisation, facts.organisations, canonical)
        and _is_among(when.user, facts.users, str.casefold)
        and _is_among(when.uln, facts.ulns, str)
        and _is_among(when.family_name, facts.family_names, str.casefold)
        and (scenario.do is None or can_do(scenario.do, facts.operation))
    )


def can_do(do: Do, operation: str | None) -> bool:
    """Whether a request for this operation can be answered as it says."""
    able = operations_of(do)
    return able is None or operation in able


def hits(scenario: Scenario, *, fitted: int, hit: int) -> bool:
    """Whether it hits the request that is the `fitted`th to fit, from 1; `hit` is how many it has hit before."""
    if fitted <= scenario.after or (scenario.times is not None and hit >= scenario.times):
        return False
    return scenario.share >= 1 or _draw("share", scenario, fitted) < scenario.share


def hit_of(scenario: Scenario, fitted: int = 0) -> Hit:
    """What becomes of the request that is the `fitted`th to fit."""
    assert scenario.do is not None
    return Hit(scenario.name, scenario.do, _delay(scenario, scenario.do, fitted))


def _delay(scenario: Scenario, do: Do, fitted: int) -> float:
    if isinstance(do.delay, list):
        shortest, longest = do.delay
        return shortest + _draw("delay", scenario, fitted) * (longest - shortest)
    return do.delay or 0.0


def _draw(what: str, scenario: Scenario, fitted: int) -> float:
    """A number from 0 to 1 that is the same each time for the same seed and count."""
    return Random(f"{what} {scenario.seed} {fitted}").random()


def _is_among(wanted: str | None, sent: Iterable[str], form: Callable[[str], str]) -> bool:
    return wanted is None or form(wanted.strip()) in {form(each.strip()) for each in sent}
