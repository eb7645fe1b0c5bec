"""Whether a scenario can be carried out: what contradicts itself, or what no operation can answer, is refused."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from lrs_soap.errors import InvalidRecord, NotPossible
from lrs_soap.rules.values.codes import ResponseCode
from lrs_soap.scenarios.answerable import FAULTS, RESPONSE_CODES, SUBMITTING, fault_named, named, response_named
from lrs_soap.scenarios.scenario import Do, Scenario, When, is_name
from lrs_soap.scenarios.shipped import SHIPPED

TAKEN = ("main", "start")
"""Names that no scenario has."""

_WITHOUT_BODY = (204, 304)
_ONE_OF = ("fault", "response_code", "http", "maintenance", "drop", "drip", "job")


def checked(given: Scenario) -> Scenario:
    """The scenario as it is carried out: one without `do` is the shipped one of its name, with what else is given.

    Raises InvalidRecord, with the field that is wrong, and NotPossible for a name that is taken.
    """
    if not is_name(given.name):
        raise InvalidRecord(f"has to be 1 to 40 small letters, digits and hyphens, not {given.name!r}", "name")
    if given.name in TAKEN:
        raise NotPossible(f"No scenario can be called {given.name!r}. Give it another name.")
    scenario = given if given.do is not None else _shipped(given)
    assert scenario.do is not None
    _check_when(scenario.when)
    _check_do(scenario.do)
    _check_together(scenario.when, scenario.do)
    return scenario


def operations_of(do: Do) -> frozenset[str] | None:
    """The operations, by their names on the wire, that can do this; None where all can."""
    if do.response_code is not None:
        return frozenset(each for each, codes in RESPONSE_CODES.items() if do.response_code in _values(codes))
    if do.fault is not None:
        own = frozenset(each for each, codes in FAULTS.items() if do.fault in _values(codes))
        return own or None
    return None if do.job is None else SUBMITTING


def _shipped(given: Scenario) -> Scenario:
    shipped = SHIPPED.get(given.name)
    if shipped is None:
        raise InvalidRecord(f"has to be given, unless the name is one of {', '.join(SHIPPED)}", "do")
    when = {**shipped.when.model_dump(exclude_none=True), **given.when.model_dump(exclude_none=True)}
    return given.model_copy(update={"when": When(**when), "do": shipped.do})


def _check_when(when: When) -> None:
    if when.operation is not None and not named(when.operation):
        near = get_close_matches(when.operation.lower(), [each.lower() for each in RESPONSE_CODES], 1)
        did_you_mean = f"; did you mean {named(near[0])[0]}?" if near else ""
        raise InvalidRecord(
            f"{when.operation!r} is no operation of the service by its name on the wire{did_you_mean}", "when.operation"
        )


def _check_do(do: Do) -> None:
    given = [name for name in _ONE_OF if getattr(do, name) is not None]
    if len(given) > 1:
        raise InvalidRecord(f"cannot be {' and '.join(given)} at once: give a delay, and one of the rest", "do")
    if do.http is None and (do.body is not None or do.content_type is not None):
        raise InvalidRecord("body and content_type go with http only", "do")
    if do.drop is None and do.how is not None:
        raise InvalidRecord("how goes with drop only", "do")
    if not given and do.delay is None:
        raise InvalidRecord("nothing is to be done: give a delay, or one of the rest", "do")
    if isinstance(do.delay, list) and do.delay[0] > do.delay[1]:
        raise InvalidRecord(f"the first of the two has to be the shorter one, not {do.delay[0]:g}", "do.delay")
    if do.http in _WITHOUT_BODY and do.body:
        raise InvalidRecord(f"an answer with the status {do.http} has no body", "do.body")
    if do.fault is not None and fault_named(do.fault) is None:
        raise InvalidRecord(f"{do.fault!r} is the code of no fault of the service", "do.fault")
    if do.response_code is not None and response_named(do.response_code) is None:
        raise InvalidRecord(f"{do.response_code!r} is no response code of the service", "do.response_code")


def _check_together(when: When, do: Do) -> None:
    """Check that an operation that is named can do what is to be done."""
    able = operations_of(do)
    if able is None:
        return
    if do.job is not None:
        if when.operation is not None and not able.intersection(named(when.operation)):
            raise InvalidRecord(f"{when.operation} submits no job: that is {' or '.join(sorted(able))}", "do.job")
        return
    field, code = ("response_code", do.response_code) if do.response_code is not None else ("fault", do.fault)
    if when.operation is None:
        raise InvalidRecord(f"when has to name the operation that answers {code}", f"do.{field}")
    if not able.intersection(named(when.operation)):
        which = f"that is {' or '.join(sorted(able))}" if able else "it is a success, or nobody's"
        raise InvalidRecord(f"{when.operation} cannot answer {code}: {which}", f"do.{field}")


def _values(codes: Iterable[ResponseCode]) -> set[str]:
    return {each.value for each in codes}
